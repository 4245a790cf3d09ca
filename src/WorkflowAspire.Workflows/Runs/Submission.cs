namespace WorkflowAspire.Workflows.Runs;

/// <summary>What makes two submissions the same: the client's key, and a hash of what was asked for.</summary>
/// <param name="Key">The client's key, unique within its tenant.</param>
/// <param name="RequestHash">A hash of workflow and body.</param>
public sealed record IdempotencyKey(string Key, string RequestHash);

/// <summary>What came of a submission under a key.</summary>
public abstract record Submission
{
    private Submission()
    {
    }

    /// <summary>The run is new.</summary>
    /// <param name="Run">The run.</param>
    public sealed record Accepted(WorkflowRun Run) : Submission;

    /// <summary>The same was submitted before; nothing was written.</summary>
    /// <param name="Run">The run of the first submission, as it is now.</param>
    public sealed record Replayed(WorkflowRun Run) : Submission;

    /// <summary>The key belongs to a run of another workflow or body; nothing was written.</summary>
    /// <param name="Holder">The run that holds the key.</param>
    public sealed record KeyTaken(WorkflowRun Holder) : Submission;
}
