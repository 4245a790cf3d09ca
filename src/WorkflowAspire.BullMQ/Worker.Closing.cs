using Microsoft.Extensions.Logging;
using WorkflowAspire.BullMQ.Processing;
using WorkflowAspire.BullMQ.Telemetry;

namespace WorkflowAspire.BullMQ;

// The end of a worker: what runs finishes or goes back to the queue.
public sealed partial class Worker
{
    private readonly List<ActiveJob> _unbegun = [];

    /// <summary>
    /// Takes no more jobs and waits for the running ones. What still runs after <paramref name="timeout"/> is cancelled and
    /// handed back: another worker takes it next, and it loses no attempt.
    /// </summary>
    /// <remarks>
    /// Where Redis can't be reached meanwhile, the worker gives up after the timeout. Jobs whose results Redis has not
    /// confirmed by then are told to the log; unless they were recorded they will be found stalled and processed again.
    /// </remarks>
    /// <param name="timeout">How long to wait; null for as long as it takes.</param>
    public Task CloseAsync(TimeSpan? timeout = null)
    {
        lock (_closeGate) return _closed ??= CloseOnceAsync(timeout);
    }

    /// <summary>
    /// Closes the worker at once, as Node's <c>close(true)</c>: the tokens of running jobs are cancelled and nothing of them is recorded or handed back. They stay active
    /// until their locks have run out, when another worker finds them stalled.
    /// </summary>
    /// <remarks>A worker that closes already goes on with that.</remarks>
    public Task ForceCloseAsync()
    {
        lock (_closeGate) return _closed ??= CloseAtOnceAsync();
    }

    /// <summary>Closes the worker and waits for its running jobs.</summary>
    public ValueTask DisposeAsync() => new(CloseAsync());

    private bool IsClosing => _closing.IsCancellationRequested;

    private async Task CloseAtOnceAsync()
    {
        using var activity = Describe(OperationActivity.Start("close", QueueName))?.SetTag(TelemetryAttributes.WorkerForceClose, true);
        _notifications.Closing();
        await _closing.CancelAsync().ConfigureAwait(false);
        foreach (var active in _locks.Jobs.Where(_locks.Release)) active.Lose();
        await _givenUp.CancelAsync().ConfigureAwait(false);
        if (_loop is { } loop) await EndsWithinAsync(loop, GraceAfterCancel).ConfigureAwait(false);
        await EndAsync(_marker is { } marker ? LeaveAsync(marker) : Task.CompletedTask).ConfigureAwait(false);
    }

    private async Task CloseOnceAsync(TimeSpan? timeout)
    {
        using var activity = Describe(OperationActivity.Start("close", QueueName))?.SetTag(TelemetryAttributes.WorkerForceClose, false);
        _notifications.Closing();
        await _closing.CancelAsync().ConfigureAwait(false);
        // At once: it would take a marker away from those who go on.
        var leaving = _marker is { } marker ? LeaveAsync(marker) : Task.CompletedTask;
        if (_loop is { } loop)
        {
            Wake();
            if (timeout is not { } limit) await loop.ConfigureAwait(false);
            else if (!await EndsWithinAsync(loop, limit).ConfigureAwait(false)) await ReturnRunningJobsAsync().ConfigureAwait(false);
        }

        await _givenUp.CancelAsync().ConfigureAwait(false);
        await EndAsync(leaving).ConfigureAwait(false);
    }

    private async Task EndAsync(Task leaving)
    {
        await _checks.ConfigureAwait(false);
        await _renewing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await leaving.ConfigureAwait(false);
        await CloseManualAsync().ConfigureAwait(false);
        await _locks.DisposeAsync().ConfigureAwait(false);
        _starts.Dispose();
        // Not for ever: it may be a listener that waits for this close.
        await EndsWithinAsync(_notifications.ClosedAsync(), GraceAfterCancel).ConfigureAwait(false);
    }

    private async Task ReturnRunningJobsAsync()
    {
        foreach (var active in _locks.Jobs) active.Return();
        await EndsWithinAsync(_loop!, GraceAfterCancel).ConfigureAwait(false);
        _givenUp.CancelAfter(GraceAfterCancel);
        // Also those that don't listen to their token; what they return is refused.
        await HandBackAsync([.. _locks.Jobs]).ConfigureAwait(false);
    }

    // The last that was taken goes first, so that the first is the next to be taken.
    private async Task HandBackAsync(ActiveJob[] jobs)
    {
        if (jobs.Length == 0) return;
        var order = await ReadOrderAsync().ConfigureAwait(false);
        await Task.WhenAll(jobs.OrderBy(active => order.GetValueOrDefault(active.Job.Id, int.MaxValue)).Where(_locks.Release).Select(async active =>
        {
            await SettleAsync(active, () => _settlement.HandBackAsync(active)).ConfigureAwait(false);
            if (active is { HasBegun: true, HasStopped: false }) Abandoned(_logger, active.Job.Id, active.Job.Name);
        })).ConfigureAwait(false);
    }

    // Only Redis knows which of two calls came first; the list of active jobs has the last that was taken at its head.
    private async Task<Dictionary<string, int>> ReadOrderAsync()
    {
        try
        {
            var ids = await _connection.Database.ListRangeAsync(_keys.Of("active")).WaitAsync(_givenUp.Token).ConfigureAwait(false);
            return ids.Index().ToDictionary(at => at.Item.ToString(), at => at.Index);
        }
        catch (Exception error) when (Outage.IsConnectionError(error) || error is OperationCanceledException)
        {
            // The calls that hand them back tell of the outage; where they succeed, the jobs come back in any order.
            return [];
        }
    }

    // Taken by a call that was under way when the close began: nobody has begun these. Where both lanes had such a call, the
    // answer to the second decides on the order.
    private async Task HandBackUnbegunAsync(IReadOnlyList<ActiveJob> taken)
    {
        ActiveJob[] back;
        lock (_planGate)
        {
            foreach (var active in taken) active.Stopped();
            _unbegun.AddRange(taken);
            if (_lanes.Any(lane => lane.Asked > 0)) return;
            back = [.. _unbegun];
            _unbegun.Clear();
        }

        await HandBackAsync(back).ConfigureAwait(false);
        Interlocked.Add(ref _running, -back.Length);
        Wake();
    }

    private static async Task LeaveAsync(Task<Marker> marker)
    {
        await ((Task)marker).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (marker.IsCompletedSuccessfully) await (await marker.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
    }

    private async Task<bool> EndsWithinAsync(Task task, TimeSpan limit)
    {
        try
        {
            await task.WaitAsync(limit, _time).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Job {jobId} ({name}) ignored its cancellation and was handed back while it still runs")]
    private static partial void Abandoned(ILogger logger, string jobId, string name);
}
