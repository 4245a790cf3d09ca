using MassTransit;
using StackExchange.Redis;

namespace WorkflowAspire.BullMQ.MassTransit.Configuration;

// What goes to the queue's worker.
internal sealed partial class QueueEndpointConfiguration<T>
{
    private DeadLetterOptions? _deadLetter;

    public int Concurrency
    {
        set => (ConcurrentMessageLimit, PrefetchCount) = (value, value);
    }

    public TimeSpan LockDuration { get; set; } = TimeSpan.FromSeconds(30);

    public TimeSpan StalledInterval { get; set; } = TimeSpan.FromSeconds(30);

    public int MaxStalledCount { get; set; } = 1;

    public int? MaxStartedAttempts { get; set; }

    public TimeSpan DrainDelay { get; set; } = TimeSpan.FromSeconds(5);

    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(25);

    public string? WorkerName { get; set; }

    public KeepJobs? RemoveOnComplete { get; set; }

    public KeepJobs? RemoveOnFail { get; set; }

    public RateLimiterOptions? Limiter { get; set; }

    public BackoffStrategy? BackoffStrategy { get; set; }

    public MetricsOptions? Metrics { get; set; }

    public bool TraceOutcomes { get; set; } = true;

    public Func<JobFailure, Task>? OnFailed { get; set; }

    public Func<JobCompletion, Task>? OnCompleted { get; set; }

    public Action<ConfigurationOptions>? ConfigureBlockingConnection { get; set; }

    public void DeadLetter(string queueName, Func<Job, Exception, DeadLetterJob>? create = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(queueName);
        _deadLetter = new DeadLetterOptions { QueueName = queueName, Create = create ?? (static (job, _) => new DeadLetterJob(job.Name, job.Data)) };
    }

    public override IEnumerable<ValidationResult> Validate()
    {
        foreach (var result in base.Validate()) yield return result;
        if (!MessageTypeCache<T>.IsValidMessageType) yield return this.Failure("T", $"is no message for MassTransit: {MessageTypeCache<T>.InvalidMessageTypeReason}");
        if (StopTimeout < TimeSpan.Zero) yield return this.Failure(nameof(StopTimeout), $"is {StopTimeout}; it must not be negative");
    }

    private WorkerOptions WorkerOptions() => new()
    {
        Concurrency = Transport.GetConcurrentMessageLimit(),
        LockDuration = LockDuration,
        StalledInterval = StalledInterval,
        MaxStalledCount = MaxStalledCount,
        MaxStartedAttempts = MaxStartedAttempts,
        DrainDelay = DrainDelay,
        Name = WorkerName,
        Prefix = _host.Prefix,
        RemoveOnComplete = RemoveOnComplete,
        RemoveOnFail = RemoveOnFail,
        Limiter = Limiter,
        BackoffStrategy = BackoffStrategy,
        Metrics = Metrics,
        TraceOutcomes = TraceOutcomes,
        OnFailed = OnFailed,
        OnCompleted = OnCompleted,
        ConfigureBlockingConnection = ConfigureBlockingConnection,
        DeadLetter = _deadLetter,
    };
}
