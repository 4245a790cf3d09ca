namespace WorkflowAspire.Workflows.Runs;

/// <summary>Which runs to list; null leaves a property open.</summary>
/// <param name="TenantId">Only this tenant's.</param>
/// <param name="WorkflowId">Only this workflow's.</param>
/// <param name="Status">Only those in this status.</param>
public sealed record RunFilter(Guid? TenantId = null, string? WorkflowId = null, RunStatus? Status = null);

/// <summary>One page of runs, newest first.</summary>
/// <param name="Items">The runs.</param>
/// <param name="NextCursor">Where the next page begins; null on the last one.</param>
public sealed record RunPage(IReadOnlyList<WorkflowRun> Items, string? NextCursor);
