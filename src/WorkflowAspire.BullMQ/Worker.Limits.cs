using Microsoft.Extensions.Logging;
using WorkflowAspire.BullMQ.Processing;
using WorkflowAspire.BullMQ.Telemetry;

namespace WorkflowAspire.BullMQ;

// Rate limits that this worker keeps, and what it tells of its course.
public sealed partial class Worker
{
    private const int MostDroppedNamed = 5;
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);

    // In milliseconds since 1970; 0 for not at all. Set by a processor that met a limit, taken by the loop.
    private long _limitedUntil;
    private bool _isReady;
    private bool _isDrained;

    /// <summary>Stops workers with a rate limit (theirs or the queue's) from taking jobs for a time. The processor then throws <see cref="RateLimitError"/>.</summary>
    /// <param name="duration">How long, to the millisecond, at least 1 of them.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="ArgumentOutOfRangeException">The duration is less than a millisecond.</exception>
    public Task RateLimitAsync(TimeSpan duration, CancellationToken ct = default) => OperationActivity.RunAsync("rateLimit", QueueName, activity =>
    {
        Describe(activity)?.SetTag(TelemetryAttributes.WorkerRateLimit, (long)duration.TotalMilliseconds);
        return _connection.RateLimitAsync(duration).WaitAsync(ct);
    });

    private async Task HandBackLimitedAsync(ActiveJob active)
    {
        var limit = await _settlement.HandBackLimitedAsync(active).ConfigureAwait(false);
        if (limit > TimeSpan.Zero) Volatile.Write(ref _limitedUntil, (_time.GetUtcNow() + limit).ToUnixTimeMilliseconds());
    }

    private TimeSpan TimeLimited()
    {
        var limit = DateTimeOffset.FromUnixTimeMilliseconds(Interlocked.Exchange(ref _limitedUntil, 0)) - _time.GetUtcNow();
        return limit > TimeSpan.Zero ? limit : TimeSpan.FromMilliseconds(1);
    }

    // Not beyond the time of the next delayed job: whatever the limit, that has to be put among those that wait.
    private Task WaitForLimitAsync(Exchanged exchanged)
    {
        var limit = exchanged.RateLimit < _options.MaximumRateLimitDelay ? exchanged.RateLimit : _options.MaximumRateLimitDelay;
        if (exchanged.NextDelayed is { } due && due - _time.GetUtcNow() is var wait && wait < limit) limit = wait > ShortestWait ? wait : ShortestWait;
        return Task.Delay(limit, _time, _closing.Token);
    }

    private void TellProgress(Exchanged exchanged, int free)
    {
        lock (_planGate) TellProgressOfOneLane(exchanged, free);
    }

    private void TellProgressOfOneLane(Exchanged exchanged, int free)
    {
        if (!_isReady)
        {
            _isReady = true;
            _notifications.Ready();
        }

        if (exchanged.Taken.Count > 0)
        {
            _isDrained = false;
        }
        else if (free > 0 && !_isDrained && exchanged.RateLimit == TimeSpan.Zero && !(exchanged.NextDelayed <= _time.GetUtcNow()))
        {
            _isDrained = true;
            _notifications.Drained();
        }
    }

    // Whoever calls this when the worker has given up takes what is there, so each job is told once.
    private void TellDropped()
    {
        var dropped = 0;
        for (; _finished.TryDequeue(out var finished); dropped++)
        {
            if (dropped < MostDroppedNamed) ResultDropped(_logger, finished.Active.Job.Id, finished.Active.Job.Name);
        }

        if (dropped > MostDroppedNamed) ResultsDropped(_logger, dropped - MostDroppedNamed, QueueName);
    }

    [LoggerMessage(LogLevel.Error, "Redis did not confirm the result of job {jobId} ({name}) before the worker gave up: unless it was recorded, the job will be processed again")]
    private static partial void ResultDropped(ILogger logger, string jobId, string name);

    [LoggerMessage(LogLevel.Error, "Nor did it confirm the results of {count} more jobs of queue {queue}")]
    private static partial void ResultsDropped(ILogger logger, int count, string queue);
}
