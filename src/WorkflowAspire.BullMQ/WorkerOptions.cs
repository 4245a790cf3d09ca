using StackExchange.Redis;

namespace WorkflowAspire.BullMQ;

/// <summary>Processes one job and returns its result as UTF-8 JSON (<c>null</c> where there is none).</summary>
/// <param name="job">The job.</param>
/// <param name="cancellationToken">Cancelled when the job is no longer this worker's (its lock is lost) or the worker closes and can't wait any longer.</param>
/// <remarks>
/// An exception is a failed attempt, with these exceptions: <see cref="UnrecoverableError"/> fails the job for good;
/// <see cref="RateLimitError"/> puts it back to wait; <see cref="DelayedError"/> and <see cref="WaitingError"/> say that the
/// processor has moved the job itself.
/// </remarks>
public delegate Task<ReadOnlyMemory<byte>> JobProcessor(Job job, CancellationToken cancellationToken);

/// <summary>How a <see cref="Worker"/> takes and keeps jobs; names and defaults are those of Node's package.</summary>
public sealed partial class WorkerOptions
{
    /// <summary>Jobs processed at the same time.</summary>
    /// <value>Default 1.</value>
    public int Concurrency { get; init; } = 1;

    /// <summary>How long a job stays this worker's without a renewal; renewed well before.</summary>
    /// <value>Default 30 seconds.</value>
    public TimeSpan LockDuration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often jobs of vanished workers are looked for. A stalled job is found at the second look at the latest.</summary>
    /// <value>Default 30 seconds.</value>
    public TimeSpan StalledInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many times a job may stall before it fails for good.</summary>
    /// <value>Default 1.</value>
    public int MaxStalledCount { get; init; } = 1;

    /// <summary>How long an idle worker waits for the marker before it looks for itself.</summary>
    /// <value>Default 5 seconds.</value>
    public TimeSpan DrainDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The worker's name, which its jobs and the list of workers show; null for none.</summary>
    public string? Name { get; init; }

    /// <summary>What every key of the queue begins with.</summary>
    /// <value>Default <c>bull</c>.</value>
    public string Prefix { get; init; } = "bull";

    /// <summary>Which completed jobs stay, for jobs that don't say themselves; null for all.</summary>
    public KeepJobs? RemoveOnComplete { get; init; }

    /// <summary>Which failed jobs stay, for jobs that don't say themselves; null for all.</summary>
    public KeepJobs? RemoveOnFail { get; init; }

    /// <summary>Where jobs go that fail for good; null for nowhere but the failed set.</summary>
    public DeadLetterOptions? DeadLetter { get; init; }

    /// <summary>Puts what processors return, and the messages and stack traces of what they throw, into the activities of their jobs.</summary>
    /// <value>Default true, as in Node's package. Without it an activity still says whether the attempt failed, and with which type of error.</value>
    public bool TraceOutcomes { get; init; } = true;

    /// <summary>
    /// Adjusts each of the worker's own connections: the one on which it waits for jobs and the one that renews their locks.
    /// They start from the given multiplexer's configuration string, which has no callbacks (certificates, tokens): add those here.
    /// </summary>
    public Action<ConfigurationOptions>? ConfigureBlockingConnection { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range; the message names it.</exception>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Concurrency, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(LockDuration, TimeSpan.FromMilliseconds(10));
        ArgumentOutOfRangeException.ThrowIfLessThan(StalledInterval, TimeSpan.FromMilliseconds(1));
        ArgumentOutOfRangeException.ThrowIfNegative(MaxStalledCount);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(DrainDelay, TimeSpan.Zero);
        ValidateLimits();
        if (DeadLetter is { } deadLetter) QueueKeys.Validate(deadLetter.QueueName, nameof(DeadLetter));
    }
}
