namespace WorkflowAspire.BullMQ;

/// <summary>What holds for all jobs of a flow.</summary>
public sealed record FlowOptions
{
    /// <summary>Options of the jobs of each queue, by the queue's name; what a job says itself comes first.</summary>
    public IReadOnlyDictionary<string, JobOptions> QueuesOptions { get; init; } = new Dictionary<string, JobOptions>();
}
