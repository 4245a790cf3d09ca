namespace WorkflowAspire.Workflows;

/// <summary>A step failed in a way that passes, and may know when to try again.</summary>
public class TransientStepException : Exception
{
    /// <summary>An error with the reason.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="retryAfter">How long the endpoint asked to wait; null for the step's own backoff.</param>
    /// <param name="innerException">The cause.</param>
    public TransientStepException(string message, TimeSpan? retryAfter, Exception? innerException = null)
        : base(message, innerException) => RetryAfter = retryAfter;

    /// <summary>An error with the reason.</summary>
    public TransientStepException(string message)
        : base(message)
    {
    }

    /// <summary>An error with the reason and its cause.</summary>
    public TransientStepException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>An error without a message of its own.</summary>
    public TransientStepException()
    {
    }

    /// <summary>How long the endpoint asked to wait; null for the step's own backoff.</summary>
    public TimeSpan? RetryAfter { get; }
}
