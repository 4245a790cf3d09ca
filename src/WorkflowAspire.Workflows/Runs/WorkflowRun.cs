using System.Data.Common;
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
/// <param name="DefinitionVersion">The version of the tenant's definition that it runs; null for a workflow that is code.</param>
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
    DateTimeOffset? CompletedAt,
    int? DefinitionVersion = null)
{
    internal const string Columns = "id, tenant_id, workflow_id, status, input, output, error, attempts, created_at, enqueued_at, started_at, completed_at, definition_version";

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
        row.GetInstantOrNull(11),
        row.IsDBNull(12) ? null : row.GetInt32(12));
}
