namespace WorkflowAspire.BullMQ;

/// <summary>
/// Thrown by a processor after <see cref="Job.MoveToWaitingChildrenAsync"/> has parked the job: the attempt ends, and is neither
/// completed nor failed. The job is processed again when its children have finished.
/// </summary>
public class WaitingChildrenError : Exception
{
    /// <summary>The usual error.</summary>
    public WaitingChildrenError()
        : base("The job waits for its children.")
    {
    }

    /// <summary>An error with a message, which nothing shows.</summary>
    public WaitingChildrenError(string message)
        : base(message)
    {
    }

    /// <summary>An error with a message and a cause, which nothing shows.</summary>
    public WaitingChildrenError(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
