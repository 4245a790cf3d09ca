using System.Diagnostics;
using WorkflowAspire.BullMQ.Processing;
using WorkflowAspire.BullMQ.Telemetry;

namespace WorkflowAspire.BullMQ;

// What a program does with a running worker.
public sealed partial class Worker
{
    private volatile bool _isPaused;
    private volatile int _concurrency;
    private TaskCompletionSource? _allDone;

    /// <summary>Jobs processed at the same time; a change holds for the next jobs that are taken.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1.</exception>
    public int Concurrency
    {
        get => _concurrency;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            _concurrency = value;
            Wake();
        }
    }

    /// <summary>Whether this worker is paused; the queue may be paused too (<see cref="Queue.IsPausedAsync"/>).</summary>
    public bool IsPaused => _isPaused;

    /// <summary>Stops this worker, and no other, from taking jobs and from looking for stalled ones. What it processes goes on.</summary>
    /// <param name="doNotWaitActive">Returns without waiting for the jobs that are being processed.</param>
    /// <param name="ct">Ends the wait; the worker stays paused.</param>
    public async Task PauseAsync(bool doNotWaitActive = false, CancellationToken ct = default)
    {
        if (_isPaused || IsClosing) return;
        using var activity = Describe(OperationActivity.Start("pause", QueueName))?.SetTag(TelemetryAttributes.WorkerDoNotWaitActive, doNotWaitActive);
        var allDone = _allDone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _isPaused = true;
        if (_loop is { } loop)
        {
            Wake();
            await LeaveMarkerAsync().ConfigureAwait(false);
            if (!doNotWaitActive) await Task.WhenAny(allDone.Task, loop).WaitAsync(ct).ConfigureAwait(false);
        }

        _notifications.Paused();
    }

    /// <summary>Lets a paused worker take jobs again.</summary>
    public void Resume()
    {
        if (!_isPaused) return;
        using var activity = Describe(OperationActivity.Start("resume", QueueName));
        _isPaused = false;
        Wake();
        _notifications.Resumed();
    }

    /// <summary>Cancels the token of a job that this worker processes. What its processor makes of that is recorded as ever: an exception is a failed attempt.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="reason">Becomes the reason of the failure where the processor throws an <see cref="OperationCanceledException"/>; null for that one's own message.</param>
    /// <returns>False where this worker does not process the job.</returns>
    public bool CancelJob(string jobId, string? reason = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(jobId);
        if (_locks.Jobs.FirstOrDefault(active => active.Job.Id == jobId) is not { } found) return false;
        found.Cancel(reason);
        return true;
    }

    /// <summary>Cancels the tokens of all jobs that this worker processes; see <see cref="CancelJob"/>.</summary>
    /// <param name="reason">Becomes the reason of the failures.</param>
    public void CancelAllJobs(string? reason = null)
    {
        foreach (var active in _locks.Jobs) active.Cancel(reason);
    }

    private Activity? Describe(Activity? activity) =>
        activity?.SetTag(TelemetryAttributes.WorkerId, _lanes[0].Exchange.WorkerId).SetTag(TelemetryAttributes.WorkerName, _options.Name);

    // A paused worker that is woken by the marker would have taken it from one that could work: it drops the connection it waits on.
    private async Task LeaveMarkerAsync()
    {
        var marker = _marker!;
        var next = _marker = Marker.ConnectAsync(_keys, _redis, _options, _time);
        await next.ConfigureAwait(false);
        await LeaveAsync(marker).ConfigureAwait(false);
        if (IsClosing) await LeaveAsync(next).ConfigureAwait(false);
    }
}
