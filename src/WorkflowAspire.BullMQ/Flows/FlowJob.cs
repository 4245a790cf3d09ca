namespace WorkflowAspire.BullMQ;

/// <summary>A job of a flow with its children, which are processed before it.</summary>
/// <param name="Name">The job's name.</param>
/// <param name="QueueName">The queue it goes to, without prefix.</param>
/// <param name="Data">The payload: UTF-8 JSON; empty for <c>{}</c>.</param>
public sealed record FlowJob(string Name, string QueueName, ReadOnlyMemory<byte> Data = default)
{
    /// <summary>
    /// Attempts, delay and so on; null for the queue's defaults. A child gets its parent from the flow. Deduplication is for a job that has neither parent nor children; one that
    /// is kept out is the job that keeps it out, in what the producer returns.
    /// </summary>
    public JobOptions? Options { get; init; }

    /// <summary>What the keys of its queue begin with; null for the producer's prefix.</summary>
    public string? Prefix { get; init; }

    /// <summary>The jobs that have to finish first; with none the job can be taken at once.</summary>
    public IReadOnlyList<FlowJob> Children { get; init; } = [];
}
