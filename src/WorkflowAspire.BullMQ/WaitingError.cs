namespace WorkflowAspire.BullMQ;

/// <summary>Thrown by a processor that has put its job back with <see cref="Job.MoveToWaitAsync"/>: the attempt neither failed nor completed.</summary>
public class WaitingError : Exception
{
    /// <summary>The message that Node's package uses.</summary>
    public WaitingError()
        : base("bullmq:movedToWait")
    {
    }

    /// <summary>A message of the program's own.</summary>
    public WaitingError(string message)
        : base(message)
    {
    }

    /// <summary>A message of the program's own, and a cause.</summary>
    public WaitingError(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
