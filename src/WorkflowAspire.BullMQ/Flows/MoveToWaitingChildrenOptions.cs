namespace WorkflowAspire.BullMQ;

/// <summary>For what <see cref="Job.MoveToWaitingChildrenAsync"/> waits.</summary>
public sealed record MoveToWaitingChildrenOptions
{
    /// <summary>The child that must be unfinished for the job to be parked; null for any child.</summary>
    public ParentOptions? Child { get; init; }
}
