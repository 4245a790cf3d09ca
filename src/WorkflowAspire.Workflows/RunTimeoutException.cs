using WorkflowAspire.BullMQ;

namespace WorkflowAspire.Workflows;

/// <summary>A run has not ended by its deadline; it fails for good.</summary>
public sealed class RunTimeoutException : UnrecoverableError
{
    /// <summary>Names the run and its deadline.</summary>
    public RunTimeoutException(Guid runId, DateTimeOffset deadline)
        : base($"Run {runId} hit its timeout: it should have ended by {deadline.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}.")
    {
    }

    /// <summary>An error with a message of the caller's.</summary>
    public RunTimeoutException(string message)
        : base(message)
    {
    }

    /// <summary>An error with a message of the caller's and its cause.</summary>
    public RunTimeoutException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>An error without a message of its own.</summary>
    public RunTimeoutException()
    {
    }
}
