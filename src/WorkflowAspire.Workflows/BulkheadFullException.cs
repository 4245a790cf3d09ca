namespace WorkflowAspire.Workflows;

/// <summary>A try had no place: as many steps as allowed call the endpoint, and as many as allowed wait for it.</summary>
public sealed class BulkheadFullException : TransientStepException
{
    /// <summary>An error with the reason.</summary>
    public BulkheadFullException(string message)
        : base(message)
    {
    }

    /// <summary>An error with the reason and its cause.</summary>
    public BulkheadFullException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>An error without a message of its own.</summary>
    public BulkheadFullException()
    {
    }
}
