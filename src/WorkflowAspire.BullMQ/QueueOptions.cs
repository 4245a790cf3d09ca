namespace WorkflowAspire.BullMQ;

/// <summary>How a <see cref="Queue"/> finds its keys and what its jobs get by default.</summary>
public sealed record QueueOptions
{
    /// <summary>What every key of the queue begins with. In a Redis Cluster put a hash tag in it, for example <c>{bull}</c>.</summary>
    /// <value>Default <c>bull</c>, as in Node's package.</value>
    public string Prefix { get; init; } = "bull";

    /// <summary>What jobs get that leave an option open, option by option; null for BullMQ's defaults. A <see cref="JobOptions.JobId"/> is never a default.</summary>
    public JobOptions? DefaultJobOptions { get; init; }
}
