namespace WorkflowAspire.Workflows.Llm.Providers;

/// <summary>What went wrong in a try, before it is told which model and which try it was.</summary>
internal sealed class ModelFailure(string message, bool isFinal, TimeSpan? retryAfter = null, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>Whether another try would end the same.</summary>
    public bool IsFinal => isFinal;

    /// <summary>How long the endpoint asked to wait.</summary>
    public TimeSpan? RetryAfter => retryAfter;

    /// <summary>Whether nobody was asked, because something of our own is used up for the moment.</summary>
    public bool IsPostponed { get; private init; }

    public static ModelFailure Postponed(string message) => new(message, isFinal: false) { IsPostponed = true };

    public static ModelFailure Passing(string message, Exception? cause = null, TimeSpan? retryAfter = null) => new(message, isFinal: false, retryAfter, cause);

    public static ModelFailure Final(string message, Exception? cause = null) => new(message, isFinal: true, cause: cause);
}
