using Microsoft.Extensions.Logging;
using WorkflowAspire.BullMQ.Processing;

namespace WorkflowAspire.BullMQ;

// Waiting for jobs, on the marker or for the end of a rate limit.
public sealed partial class Worker
{
    // Whether the idle wait's call may take a job, or has done so.
    private bool _mayTakeIdle;

    private void BeginIdleWait(Exchanged exchanged)
    {
        _mayHaveJobs = false;
        var idle = new Task<Task>(() => IdleAsync(exchanged));
        _idleWait = idle.Unwrap();
        // Before it starts: it must not wake the loop on this thread, which is within a plan.
        _ = _idleWait.ContinueWith(_ => Wake(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        idle.Start(TaskScheduler.Default);
    }

    // One slot is kept free meanwhile: the marker that this worker takes away obliges it to take a job.
    private async Task IdleAsync(Exchanged exchanged)
    {
        // In this order: a pause comes with a new connection.
        var marker = _marker!;
        IReadOnlyList<ActiveJob> taken = [];
        try
        {
            if (exchanged.RateLimit > TimeSpan.Zero) await WaitForLimitAsync(exchanged).ConfigureAwait(false);
            else if (!_isPaused && !IsClosing) taken = await WaitForMarkerAsync(await marker.ConfigureAwait(false), exchanged).ConfigureAwait(false);
            _outage.Succeeded(this);
        }
        catch (Exception error)
        {
            if (!IsClosing && marker == _marker)
            {
                _outage.Failed(this, error);
                // No answer for longer than it may block: the connection may be half-open, which the client alone notices after minutes.
                if (error is TimeoutException || marker.IsFaulted) ConnectAnew(marker);
                await WaitAfterErrorAsync().ConfigureAwait(false);
            }

            taken = await ReclaimIdleAsync().ConfigureAwait(false);
        }

        foreach (var active in taken) Track(active);
        // Before others can be taken, which come behind it.
        await BeginAsync(taken).ConfigureAwait(false);
        lock (_planGate)
        {
            _mayTakeIdle = false;
            // The job has the slot now, and another wait may begin.
            if (taken.Count > 0) (_idleWait, _mayHaveJobs) = (null, true);
        }
    }

    // With a job where one was taken; otherwise there may be some to take.
    private async Task<IReadOnlyList<ActiveJob>> WaitForMarkerAsync(Marker marker, Exchanged exchanged)
    {
        while (marker.CanTake && exchanged.Moment is { } moment && moment.IsOfUse(_time))
        {
            lock (_planGate) _mayTakeIdle = true;
            exchanged = await marker.TakeAsync(_idle, moment).ConfigureAwait(false);
            _outage.Succeeded(this);
            TellProgress(exchanged, 1);
            if (exchanged.Taken.Count > 0) return exchanged.Taken;
            // First: a pause or a close that still saw it set is seen below.
            lock (_planGate) _mayTakeIdle = false;
            if (_isPaused || IsClosing) return [];
        }

        if (exchanged.RateLimit > TimeSpan.Zero) await WaitForLimitAsync(exchanged).ConfigureAwait(false);
        else await marker.WaitAsync(exchanged.NextDelayed).ConfigureAwait(false);
        return [];
    }

    // The wait was cut off by an outage, a pause or the end of the worker; the call behind it may have taken a job before.
    private async Task<IReadOnlyList<ActiveJob>> ReclaimIdleAsync()
    {
        while (_idle.IsAnswerMissing)
        {
            try
            {
                var limit = IsClosing ? GraceAfterCancel : Timeout.InfiniteTimeSpan;
                var taken = await _idle.ReclaimAsync().WaitAsync(limit, _time, _givenUp.Token).ConfigureAwait(false);
                _outage.Succeeded(_idle);
                return taken;
            }
            catch (Exception error) when (IsClosing)
            {
                LastCallUnknown(_logger, error, QueueName, error.Message);
                break;
            }
            catch (Exception error)
            {
                _outage.Failed(_idle, error);
                await WaitAfterErrorAsync().ConfigureAwait(false);
            }
        }

        return [];
    }

    private void ConnectAnew(Task<Marker> stale)
    {
        var next = _marker = Marker.ConnectAsync(_keys, _redis, _options, _time);
        _ = LeaveAsync(stale);
        if (IsClosing) _ = LeaveAsync(next);
    }

    [LoggerMessage(LogLevel.Warning, "The worker of queue {queue} closed without an answer to its last call ({error}): a job that the call took will be recovered as stalled")]
    private static partial void LastCallUnknown(ILogger logger, Exception exception, string queue, string error);
}
