using WorkflowAspire.BullMQ;

namespace WorkflowAspire.Workflows;

/// <summary>A run that a workflow waits for failed for good or was cancelled.</summary>
public sealed class ChildRunFailedException : UnrecoverableError
{
    /// <summary>Names the child and says why.</summary>
    /// <param name="childRunId">The child.</param>
    /// <param name="message">What became of it, and why.</param>
    public ChildRunFailedException(Guid childRunId, string message)
        : base(message) => ChildRunId = childRunId;

    /// <summary>An error with a message of the caller's.</summary>
    public ChildRunFailedException(string message)
        : base(message)
    {
    }

    /// <summary>An error with a message of the caller's and its cause.</summary>
    public ChildRunFailedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>An error without a message of its own.</summary>
    public ChildRunFailedException()
    {
    }

    /// <summary>The child.</summary>
    public Guid ChildRunId { get; }
}
