using System.Data.Common;
using WorkflowAspire.Workflows.Dispatch;
using WorkflowAspire.Workflows.Store;

namespace WorkflowAspire.Workflows.Runs;

/// <summary>A run that has not ended, as the reconciler compares it with its job.</summary>
/// <param name="Id">The run's id.</param>
/// <param name="TenantId">Whose run it is.</param>
/// <param name="Status">Pending, running or waiting.</param>
/// <param name="Attempts">The number of its newest claim.</param>
/// <param name="EnqueuedAt">When its job entered the queue; null if nobody knows of that.</param>
/// <param name="JobId">The job that carries it; null if nobody knows, for its job may have any id then.</param>
public sealed record UnfinishedRun(Guid Id, Guid TenantId, RunStatus Status, int Attempts, DateTimeOffset? EnqueuedAt, string? JobId)
{
    internal const string Columns = "id, tenant_id, status, attempts, enqueued_at, job_id";

    internal const int ColumnCount = 6;

    /// <summary>The id of the run's job: its own, unless another producer is known to have chosen one.</summary>
    public string QueuedJobId => JobId ?? ExecutionQueue.JobIdOf(Id);

    internal static UnfinishedRun Read(DbDataReader row) =>
        new(row.GetGuid(0), row.GetGuid(1), StatusNames.Parse<RunStatus>(row.GetString(2)), row.GetInt32(3), row.GetInstantOrNull(4), row.GetTextOrNull(5));
}

/// <summary>A page of unfinished runs.</summary>
/// <param name="Quiet">Those of it that have been quiet for long enough.</param>
/// <param name="Next">Where the next page begins; null on the last one.</param>
public sealed record UnfinishedPage(IReadOnlyList<UnfinishedRun> Quiet, Guid? Next);
