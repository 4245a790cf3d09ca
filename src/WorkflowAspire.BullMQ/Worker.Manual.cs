using StackExchange.Redis;
using WorkflowAspire.BullMQ.Processing;
using WorkflowAspire.BullMQ.Telemetry;

namespace WorkflowAspire.BullMQ;

// For programs that take jobs themselves, one at a time, instead of starting the worker.
public sealed partial class Worker
{
    private readonly SemaphoreSlim _manualWait = new(1);
    private readonly Lock _checksGate = new();
    private Marker? _manualMarker;
    private Task _checks = Task.CompletedTask;
    private bool _hasChecks;

    /// <summary>
    /// Takes a job, for the program to process and hand in with <see cref="Job.MoveToCompletedAsync"/> or <see cref="Job.MoveToFailedAsync"/>
    /// before its lock runs out (<see cref="WorkerOptions.LockDuration"/>, <see cref="Job.ExtendLockAsync"/>). The worker need not be started.
    /// </summary>
    /// <param name="token">Proves whose the job is; best a new one for each job.</param>
    /// <param name="block">Waits for a job where there is none, at most for the <see cref="WorkerOptions.DrainDelay"/>.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The job; null where there is none, or the worker is paused or closing.</returns>
    /// <exception cref="RedisException">Redis can't be reached or refuses.</exception>
    public async Task<Job?> GetNextJobAsync(string token, bool block = true, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(token);
        ct.ThrowIfCancellationRequested();
        if (IsClosing || _isPaused) return null;
        var (_, exchanged) = await _lanes[0].Exchange.RunManuallyAsync(null, 1, token).ConfigureAwait(false);
        if (exchanged.FirstJob is null && block && await WaitForJobAsync(exchanged, ct).ConfigureAwait(false))
            (_, exchanged) = await _lanes[0].Exchange.RunManuallyAsync(null, 1, token).ConfigureAwait(false);
        if (exchanged.FirstJob is { } taken) TellTaken(taken, block);
        if (exchanged.FirstJob is { } job && _options.OnActive is { } onActive)
            await _notifications.TellAsync(nameof(_options.OnActive), onActive, job).ConfigureAwait(false);
        return exchanged.FirstJob;
    }

    /// <summary>
    /// Looks for stalled jobs at once and then every <see cref="WorkerOptions.StalledInterval"/>, until the worker is closed. A started
    /// worker does so by itself; one that only takes jobs with <see cref="GetNextJobAsync"/> does not.
    /// </summary>
    /// <remarks>Nothing happens where <see cref="WorkerOptions.SkipStalledCheck"/> is set, or the search goes on already.</remarks>
    public void StartStalledCheckTimer()
    {
        lock (_checksGate)
        {
            if (_options.SkipStalledCheck || _hasChecks || IsClosing) return;
            _hasChecks = true;
            _checks = Task.Run(() => _stalledCheck.RunAsync(() => _isPaused, _closing.Token), CancellationToken.None);
        }
    }

    // In the trace of whoever added the job, which is known only now.
    private void TellTaken(Job job, bool block)
    {
        var context = job.Options.Telemetry?.Metadata is { } metadata ? TraceMetadata.Read(metadata).Context : default;
        using var activity = Describe(OperationActivity.StartWithin(context, "getNextJob", QueueName));
        activity?.SetTag(TelemetryAttributes.JobId, job.Id).SetTag(TelemetryAttributes.WorkerOptions, block ? """{"block":true}""" : """{"block":false}""");
    }

    /// <summary>True where it is worth to look again.</summary>
    private async Task<bool> WaitForJobAsync(Exchanged exchanged, CancellationToken ct)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(ct, _closing.Token);
        try
        {
            await _manualWait.WaitAsync(ending.Token).ConfigureAwait(false);
            try
            {
                if (exchanged.RateLimit > TimeSpan.Zero)
                {
                    await Task.Delay(exchanged.RateLimit < _options.DrainDelay ? exchanged.RateLimit : _options.DrainDelay, _time, ending.Token).ConfigureAwait(false);
                    return true;
                }

                var marker = _manualMarker ??= await Marker.ConnectAsync(_keys, _redis, _options, _time).ConfigureAwait(false);
                var longest = _time.GetUtcNow() + _options.DrainDelay;
                await marker.WaitAsync(exchanged.NextDelayed < longest ? exchanged.NextDelayed : longest).WaitAsync(ending.Token).ConfigureAwait(false);
                return true;
            }
            catch (OperationCanceledException)
            {
                // The connection still waits, and would take a marker away that is meant for others.
                if (_manualMarker is { } waiting) await waiting.DisposeAsync().ConfigureAwait(false);
                _manualMarker = null;
                throw;
            }
            finally
            {
                _manualWait.Release();
            }
        }
        catch (OperationCanceledException) when (IsClosing && !ct.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task CloseManualAsync()
    {
        await _manualWait.WaitAsync().ConfigureAwait(false);
        if (_manualMarker is { } marker) await marker.DisposeAsync().ConfigureAwait(false);
        _manualWait.Release();
    }
}
