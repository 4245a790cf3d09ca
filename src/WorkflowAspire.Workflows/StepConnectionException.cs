namespace WorkflowAspire.Workflows;

/// <summary>The last try of a step couldn't reach what it calls.</summary>
public sealed class StepConnectionException : IOException
{
    /// <summary>An error with the reason.</summary>
    public StepConnectionException(string message)
        : base(message)
    {
    }

    /// <summary>An error with the reason and its cause.</summary>
    public StepConnectionException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>An error without a message of its own.</summary>
    public StepConnectionException()
    {
    }
}
