namespace WorkflowAspire.Workflows.Execution;

/// <summary>How an attempt of a run ended that didn't fail.</summary>
public abstract record ExecutionResult
{
    private ExecutionResult()
    {
    }

    /// <summary>The run is done.</summary>
    /// <param name="Output">Its output as JSON.</param>
    public sealed record Completed(string Output) : ExecutionResult;

    /// <summary>The run waits and needs no worker meanwhile.</summary>
    /// <param name="Until">When it has to go on at the latest; null for when somebody wakes it.</param>
    public sealed record Parked(DateTimeOffset? Until) : ExecutionResult;
}
