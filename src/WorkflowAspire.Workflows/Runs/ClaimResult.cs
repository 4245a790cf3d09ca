namespace WorkflowAspire.Workflows.Runs;

/// <summary>What came of the attempt to claim a run.</summary>
public abstract record ClaimResult
{
    private ClaimResult()
    {
    }

    /// <summary>The run is the caller's.</summary>
    /// <param name="Lease">What the caller's writes are checked against.</param>
    /// <param name="WasRunning">Whether an earlier attempt never came back: the run was stale.</param>
    public sealed record Claimed(RunLease Lease, bool WasRunning) : ClaimResult;

    /// <summary>The run is done; nothing was touched.</summary>
    /// <param name="Run">The run.</param>
    public sealed record AlreadyCompleted(WorkflowRun Run) : ClaimResult;

    /// <summary>Another job carries the run; nothing was touched.</summary>
    /// <param name="Run">The run.</param>
    /// <param name="JobId">That job, which may have vanished.</param>
    public sealed record CarriedByAnother(WorkflowRun Run, string JobId) : ClaimResult;

    /// <summary>The run was called off; nothing was touched.</summary>
    /// <param name="Run">The run.</param>
    public sealed record Cancelled(WorkflowRun Run) : ClaimResult;

    /// <summary>There is no such run.</summary>
    public sealed record NotFound : ClaimResult;
}
