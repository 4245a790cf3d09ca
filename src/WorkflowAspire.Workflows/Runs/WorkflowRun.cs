using System.Data.Common;
using WorkflowAspire.Workflows.Dispatch;
using WorkflowAspire.Workflows.Store;

namespace WorkflowAspire.Workflows.Runs;

/// <summary>One execution of a workflow for a tenant, as its row says.</summary>
/// <param name="Id">The run's id, which is its job's id too.</param>
/// <param name="TenantId">Whose run it is.</param>
/// <param name="WorkflowId">The name of the workflow.</param>
/// <param name="Status">Where it is in its life.</param>
/// <param name="Input">The input as JSON; null for none.</param>
/// <param name="Output">The output as JSON, once completed.</param>
/// <param name="Error">Why the last attempt failed; null once completed or replayed.</param>
/// <param name="Attempts">How often a worker has claimed it; the newest claim's number is the lease.</param>
/// <param name="CreatedAt">When it was accepted.</param>
/// <param name="EnqueuedAt">When its job entered the queue; null if nobody knows of that.</param>
/// <param name="StartedAt">When the newest attempt began.</param>
/// <param name="CompletedAt">When it completed or failed for good.</param>
public sealed record WorkflowRun(
    Guid Id,
    Guid TenantId,
    string WorkflowId,
    RunStatus Status,
    string? Input,
    string? Output,
    string? Error,
    int Attempts,
    DateTimeOffset CreatedAt,
    DateTimeOffset? EnqueuedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? CompletedAt)
{
    internal const string Columns = $"{BeforePayloads}, input, output, {BehindPayloads}";

    internal const int ColumnCount = 21;

    /// <summary>The same without what may be large: input and output are null.</summary>
    internal const string NarrowColumns = $"{BeforePayloads}, NULL, NULL, {BehindPayloads}";

    private const string BeforePayloads = "id, tenant_id, workflow_id, status";
    private const string BehindPayloads =
        "error, attempts, created_at, enqueued_at, started_at, completed_at, parks, parent_run_id, deadline_at, job_id, definition_version, worker, failed_step, error_type, failure_fingerprint";

    /// <summary>How many of its claims only went on after a wait: no attempts in the sense of tries.</summary>
    public int Parks { get; init; }

    /// <summary>The run that waits for this one, if it is a child.</summary>
    public Guid? ParentRunId { get; init; }

    /// <summary>When it must have ended; null for no limit.</summary>
    public DateTimeOffset? DeadlineAt { get; init; }

    /// <summary>The version of the tenant's definition that it runs; null for a workflow that is code.</summary>
    public int? DefinitionVersion { get; init; }

    /// <summary>How often it was tried: its claims without those that only went on after a wait.</summary>
    public int Tries => Attempts - Parks;

    /// <summary>The job that carries it, or will; null where nobody knows, because another producer has put the row there.</summary>
    public string? JobId { get; init; }

    /// <summary>The id of the run's job: its own, unless another producer is known to have chosen one.</summary>
    public string QueuedJobId => JobId ?? ExecutionQueue.JobIdOf(Id);

    /// <summary>The worker of the newest attempt; null where none has begun, or an older worker did.</summary>
    public string? Worker { get; init; }

    /// <summary>The step that the newest failed attempt failed in; null where there was none, or the run has completed.</summary>
    public string? FailedStep { get; init; }

    /// <summary>The type of the exception that the newest failed attempt failed by.</summary>
    public string? ErrorType { get; init; }

    /// <summary>The kind of failure that it was (<see cref="AttemptError.Fingerprint"/>).</summary>
    public string? FailureFingerprint { get; init; }

    internal static WorkflowRun Read(DbDataReader row) => new(
        row.GetGuid(0),
        row.GetGuid(1),
        row.GetString(2),
        StatusNames.Parse<RunStatus>(row.GetString(3)),
        row.GetTextOrNull(4),
        row.GetTextOrNull(5),
        row.GetTextOrNull(6),
        row.GetInt32(7),
        row.GetInstant(8),
        row.GetInstantOrNull(9),
        row.GetInstantOrNull(10),
        row.GetInstantOrNull(11))
    {
        Parks = row.GetInt32(12),
        ParentRunId = row.IsDBNull(13) ? null : row.GetGuid(13),
        DeadlineAt = row.GetInstantOrNull(14),
        JobId = row.GetTextOrNull(15),
        DefinitionVersion = row.IsDBNull(16) ? null : row.GetInt32(16),
        Worker = row.GetTextOrNull(17),
        FailedStep = row.GetTextOrNull(18),
        ErrorType = row.GetTextOrNull(19),
        FailureFingerprint = row.GetTextOrNull(20),
    };
}
