namespace WorkflowAspire.BullMQ;

/// <summary>What a queue has set for all its users.</summary>
public sealed record QueueMeta
{
    /// <summary>Whether the queue is paused.</summary>
    public bool Paused { get; init; }

    /// <summary>How many jobs may be active at the same time, over all workers; null for any number.</summary>
    public long? Concurrency { get; init; }

    /// <summary>How many jobs may start within <see cref="Duration"/>, over all workers; null for any number.</summary>
    public long? Max { get; init; }

    /// <summary>The time that <see cref="Max"/> counts for; null where there is no such limit.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>How many events the stream keeps, about; null before anything was written.</summary>
    public long? MaxLenEvents { get; init; }

    /// <summary>The library that made the queue and its version, for example <c>bullmq:6.7.0</c>; null before anything was written.</summary>
    public string? Version { get; init; }

    /// <summary>Everything else that is set, as it is stored.</summary>
    public IReadOnlyDictionary<string, string> Others { get; init; } = new Dictionary<string, string>();
}
