namespace WorkflowAspire.Workflows.Runs;

/// <summary>A newer attempt owns the run, or it isn't running any more: what this attempt does has no effect.</summary>
public sealed class LeaseLostException : Exception
{
    /// <summary>Says which attempt of which run lost its lease.</summary>
    public LeaseLostException(RunLease lease)
        : this($"Attempt {lease?.Attempt} of run {lease?.Run.Id} lost its lease: a newer attempt owns the run, or the run has ended.")
    {
    }

    /// <summary>An error with a message of the caller's.</summary>
    public LeaseLostException(string message)
        : base(message)
    {
    }

    /// <summary>An error with a message of the caller's and its cause.</summary>
    public LeaseLostException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>An error without a message of its own.</summary>
    public LeaseLostException()
    {
    }
}
