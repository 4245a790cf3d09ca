using WorkflowAspire.BullMQ;

namespace WorkflowAspire.Workflows;

/// <summary>This process can't run the workflow; to try again wouldn't help.</summary>
public sealed class UnknownWorkflowException : UnrecoverableError
{
    /// <summary>Names the workflow that was asked for and those that can be run.</summary>
    public UnknownWorkflowException(string name, IEnumerable<string> known)
        : base($"Workflow '{name}' is not registered in this worker; it can run: {(string.Join(", ", known) is { Length: > 0 } names ? names : "none")}.")
    {
    }

    /// <summary>An error with a message of the caller's.</summary>
    public UnknownWorkflowException(string message)
        : base(message)
    {
    }

    /// <summary>An error with a message of the caller's and its cause.</summary>
    public UnknownWorkflowException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>An error without a message of its own.</summary>
    public UnknownWorkflowException()
    {
    }
}
