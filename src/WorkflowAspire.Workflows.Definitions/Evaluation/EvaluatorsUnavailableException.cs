namespace WorkflowAspire.Workflows.Definitions.Evaluation;

/// <summary>No evaluator is free in time, or none can be started: a trouble of the service, which passes, and not of the text.</summary>
public sealed class EvaluatorsUnavailableException : Exception
{
    /// <summary>An error with a message.</summary>
    public EvaluatorsUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>An error with a message and its cause.</summary>
    public EvaluatorsUnavailableException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>An error without a message of its own.</summary>
    public EvaluatorsUnavailableException()
    {
    }
}
