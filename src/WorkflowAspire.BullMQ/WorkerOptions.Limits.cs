namespace WorkflowAspire.BullMQ;

// How much a worker takes, how often it tries, what it counts.
public sealed partial class WorkerOptions
{
    /// <summary>How many jobs all workers of the queue together may take in a time; null for no limit of this worker's.</summary>
    /// <remarks>
    /// The count is the queue's, kept in Redis, so that workers with the same limiter share it. A limit of the queue
    /// (<see cref="Queue.SetGlobalRateLimitAsync"/>) goes before it, as in Node's package: its number of jobs counts, while the
    /// duration is that of the worker that takes the first job of a period, if it has one.
    /// </remarks>
    public RateLimiterOptions? Limiter { get; init; }

    /// <summary>The longest that a worker waits for a rate limit to end before it looks again.</summary>
    /// <value>Default 30 seconds.</value>
    public TimeSpan MaximumRateLimitDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the worker waits between two tries of a call for which Redis can't be used.</summary>
    /// <value>Default 1 second, where Node's package has 15: a worker that is back sooner finds fewer of its locks run out.</value>
    public TimeSpan RunRetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How many times a job may be taken, whatever became of it; one that is taken once more fails for good. Null for no limit.</summary>
    public int? MaxStartedAttempts { get; init; }

    /// <summary>The wait before another attempt of jobs whose backoff type is neither <c>fixed</c> nor <c>exponential</c>; null where there are none.</summary>
    public BackoffStrategy? BackoffStrategy { get; init; }

    /// <summary>When the next jobs of schedulers are due whose patterns are of the program's own kind; null for cron.</summary>
    public RepeatStrategy? RepeatStrategy { get; init; }

    /// <summary>Counts finished jobs minute by minute, for <see cref="Queue.GetMetricsAsync"/>; null for no counts.</summary>
    public MetricsOptions? Metrics { get; init; }

    /// <summary>Leaves the search for stalled jobs to other workers.</summary>
    public bool SkipStalledCheck { get; init; }

    /// <summary>Never renews a lock: a job that is not done within <see cref="LockDuration"/> is given to another worker, and its result refused.</summary>
    public bool SkipLockRenewal { get; init; }

    /// <summary>How old a lock becomes at most before it is renewed; it is due at half of that, as in Node's package.</summary>
    /// <value>Default null: half of <see cref="LockDuration"/>.</value>
    public TimeSpan? LockRenewTime { get; init; }

    private void ValidateLimits()
    {
        Limiter?.Validate(nameof(Limiter));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(MaximumRateLimitDelay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(RunRetryDelay, TimeSpan.FromMilliseconds(1));
        if (MaxStartedAttempts is { } started) ArgumentOutOfRangeException.ThrowIfNegative(started, nameof(MaxStartedAttempts));
        if (Metrics is { } metrics) ArgumentOutOfRangeException.ThrowIfLessThan(metrics.MaxDataPoints, 1, nameof(Metrics));
        if (LockRenewTime is not { } renewal) return;
        ArgumentOutOfRangeException.ThrowIfLessThan(renewal, TimeSpan.FromMilliseconds(4), nameof(LockRenewTime));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(renewal, LockDuration, nameof(LockRenewTime));
    }
}
