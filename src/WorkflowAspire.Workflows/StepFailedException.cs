namespace WorkflowAspire.Workflows;

/// <summary>A step failed in an earlier attempt, the workflow went on from there, and the type of its exception can't be made anew.</summary>
public sealed class StepFailedException : Exception
{
    /// <summary>An error with the message of the earlier one.</summary>
    public StepFailedException(string message)
        : base(message)
    {
    }

    /// <summary>An error with a message and its cause.</summary>
    public StepFailedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>An error without a message of its own.</summary>
    public StepFailedException()
    {
    }
}
