namespace WorkflowAspire.BullMQ;

/// <summary>Thrown by a processor that has put its job off with <see cref="Job.MoveToDelayedAsync"/>: the attempt neither failed nor completed.</summary>
public class DelayedError : Exception
{
    /// <summary>The message that Node's package uses.</summary>
    public DelayedError()
        : base("bullmq:movedToDelayed")
    {
    }

    /// <summary>A message of the program's own.</summary>
    public DelayedError(string message)
        : base(message)
    {
    }

    /// <summary>A message of the program's own, and a cause.</summary>
    public DelayedError(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
