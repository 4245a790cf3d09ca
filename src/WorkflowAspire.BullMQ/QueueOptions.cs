namespace WorkflowAspire.BullMQ;

/// <summary>How a <see cref="Queue"/> finds its keys and what its jobs get by default.</summary>
public sealed record QueueOptions
{
    /// <summary>What every key of the queue begins with. In a Redis Cluster put a hash tag in it, for example <c>{bull}</c>.</summary>
    /// <value>Default <c>bull</c>, as in Node's package.</value>
    public string Prefix { get; init; } = "bull";

    /// <summary>How many events the queue's stream keeps, about: BullMQ's <c>streams.events.maxLen</c>. Written to the queue before the first job is added.</summary>
    /// <value>Default null: what the queue has, which is 10000 where nobody chose.</value>
    public int? MaxLenEvents { get; init; }

    /// <summary>When the jobs of schedulers are due whose patterns are of the program's own kind; null for cron. The workers need it too (<see cref="WorkerOptions.RepeatStrategy"/>).</summary>
    public RepeatStrategy? RepeatStrategy { get; init; }

    /// <summary>What jobs get that leave an option open, option by option; null for BullMQ's defaults. A <see cref="JobOptions.JobId"/> is never a default.</summary>
    public JobOptions? DefaultJobOptions { get; init; }
}
