namespace WorkflowAspire.Workflows.Definitions;

/// <summary>A definition has as many versions as it may have.</summary>
public sealed class TooManyVersionsException : Exception
{
    /// <summary>An error with a message.</summary>
    public TooManyVersionsException(string message)
        : base(message)
    {
    }

    /// <summary>An error with a message and its cause.</summary>
    public TooManyVersionsException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>An error without a message of its own.</summary>
    public TooManyVersionsException()
    {
    }
}
