namespace WorkflowAspire.Workflows;

/// <summary>The last try of a step ran out of time.</summary>
public sealed class StepTimeoutException : TimeoutException
{
    /// <summary>An error with the reason.</summary>
    public StepTimeoutException(string message)
        : base(message)
    {
    }

    /// <summary>An error with the reason and its cause.</summary>
    public StepTimeoutException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>An error without a message of its own.</summary>
    public StepTimeoutException()
    {
    }
}
