using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Workflows.Dispatch;

/// <summary>What came of the wish to call a run off.</summary>
/// <param name="Run">The run as it is now; null where there is none.</param>
public sealed record CancelResult(WorkflowRun? Run)
{
    /// <summary>Whether it is cancelled, now or since earlier.</summary>
    public bool IsCancelled => Run?.Status == RunStatus.Cancelled;
}
