namespace WorkflowAspire.Workflows.Definitions;

/// <summary>A definition, or an input for one, can't be accepted.</summary>
public sealed class DefinitionRefusedException : Exception
{
    /// <summary>An error with what is wrong, by the JSON pointer of the place to mend.</summary>
    public DefinitionRefusedException(string message, IReadOnlyDictionary<string, string[]> errors)
        : base(message) => Errors = errors;

    /// <summary>An error with a message.</summary>
    public DefinitionRefusedException(string message)
        : base(message)
    {
    }

    /// <summary>An error with a message and its cause.</summary>
    public DefinitionRefusedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>An error without a message of its own.</summary>
    public DefinitionRefusedException()
    {
    }

    /// <summary>What is wrong, by the JSON pointer of the place to mend.</summary>
    public IReadOnlyDictionary<string, string[]> Errors { get; } = new Dictionary<string, string[]>();
}
