namespace WorkflowAspire.Workflows.Store;

/// <summary>How the store writes.</summary>
internal sealed class StoreOptions
{
    /// <summary>Whether the writes of concurrent runs share round trips.</summary>
    /// <value>Default true; the benchmark compares it with false.</value>
    public bool GroupCommit { get; set; } = true;
}
