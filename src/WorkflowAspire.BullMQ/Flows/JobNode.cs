namespace WorkflowAspire.BullMQ;

/// <summary>A job of a flow as it was added or read, with its children.</summary>
/// <param name="Job">The job.</param>
/// <param name="Children">Its children; empty where it has none, or where they lie deeper than was asked for.</param>
public sealed record JobNode(Job Job, IReadOnlyList<JobNode> Children);
