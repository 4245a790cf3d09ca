namespace WorkflowAspire.Workflows.Runs;

/// <summary>Which runs to list; null leaves a property open.</summary>
/// <param name="TenantId">Only this tenant's.</param>
/// <param name="WorkflowId">Only this workflow's.</param>
public sealed record RunFilter(Guid? TenantId = null, string? WorkflowId = null)
{
    /// <summary>Only those in one of these statuses; empty for any.</summary>
    public IReadOnlyCollection<RunStatus> Statuses { get; init; } = [];

    /// <summary>Only runs that were accepted then or later.</summary>
    public DateTimeOffset? CreatedFrom { get; init; }

    /// <summary>Only runs that were accepted before then.</summary>
    public DateTimeOffset? CreatedBefore { get; init; }

    /// <summary>Only the children of this run.</summary>
    public Guid? ParentRunId { get; init; }

    /// <summary>Only the run that was submitted under this key; keys are a tenant's own, so give <see cref="TenantId"/> too.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Only runs whose newest attempt failed by this kind of failure.</summary>
    public string? FailureFingerprint { get; init; }
}

/// <summary>One page of runs, newest first.</summary>
/// <param name="Items">The runs.</param>
/// <param name="NextCursor">Where the next page begins; null on the last one.</param>
public sealed record RunPage(IReadOnlyList<WorkflowRun> Items, string? NextCursor);
