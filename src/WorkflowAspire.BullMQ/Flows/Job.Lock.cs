namespace WorkflowAspire.BullMQ;

// What the worker that has the job knows of it.
public sealed partial class Job
{
    /// <summary>The token of the lock, for a job that a worker has taken; null for one that was only read.</summary>
    public string? Token { get; internal set; }

    /// <summary>The processor has moved the job out of active and given up the lock with that.</summary>
    internal bool IsParked { get; private set; }
}
