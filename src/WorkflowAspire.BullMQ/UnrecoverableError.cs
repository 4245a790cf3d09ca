namespace WorkflowAspire.BullMQ;

/// <summary>Thrown by a processor for a job that must not be tried again: it fails for good, whatever attempts are left.</summary>
public class UnrecoverableError : Exception
{
    /// <summary>An error without a message of its own.</summary>
    public UnrecoverableError()
        : base("The job cannot succeed, however often it is tried.")
    {
    }

    /// <summary>An error with the reason.</summary>
    public UnrecoverableError(string message)
        : base(message)
    {
    }

    /// <summary>An error with the reason and its cause.</summary>
    public UnrecoverableError(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
