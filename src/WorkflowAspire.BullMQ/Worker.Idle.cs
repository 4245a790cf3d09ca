using WorkflowAspire.BullMQ.Processing;

namespace WorkflowAspire.BullMQ;

// Waiting for jobs, on the marker or for the end of a rate limit.
public sealed partial class Worker
{
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
        try
        {
            if (exchanged.RateLimit > TimeSpan.Zero) await WaitForLimitAsync(exchanged.RateLimit).ConfigureAwait(false);
            else if (!_isPaused) await (await marker.ConfigureAwait(false)).WaitAsync(exchanged.NextDelayed).ConfigureAwait(false);
            _outage.Succeeded(this);
        }
        catch (OperationCanceledException) when (IsClosing)
        {
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
        }
    }

    private void ConnectAnew(Task<Marker> stale)
    {
        var next = _marker = Marker.ConnectAsync(_keys, _redis, _options, _time);
        _ = LeaveAsync(stale);
        if (IsClosing) _ = LeaveAsync(next);
    }
}
