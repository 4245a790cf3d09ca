using WorkflowAspire.Workflows.Store;

namespace WorkflowAspire.Workflows.Runs;

/// <content>Calling runs off.</content>
public sealed partial class RunStore
{
    /// <summary>Calls a run off: whoever executes it can't write to it any more.</summary>
    /// <returns>False where it has ended already or there is none; nothing was written.</returns>
    public async Task<bool> CancelAsync(Guid id, CancellationToken ct = default) =>
        await _database.ExecuteAsync(
            "UPDATE workflow_runs SET status = 'cancelled', completed_at = @now WHERE id = @id AND status IN ('pending', 'running', 'waiting')",
            new StoreParameters { ["id"] = id, ["now"] = _time.GetUtcNow() },
            ct).ConfigureAwait(false) == 1;

    /// <summary>Calls off some of a tenant's runs that have not ended.</summary>
    /// <param name="tenantId">The tenant.</param>
    /// <param name="createdUntil">Only runs that were there by then, and the children of cancelled ones.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The runs that are cancelled now, without their inputs; none where none is left.</returns>
    internal Task<List<WorkflowRun>> CancelSomeAsync(Guid tenantId, DateTimeOffset createdUntil, int limit, CancellationToken ct) =>
        _database.ExecuteReturningAsync(
            $"""
            UPDATE workflow_runs SET status = 'cancelled', completed_at = @now
            WHERE status IN ('pending', 'running', 'waiting') AND id IN (
                SELECT open.run_id FROM workflow_run_phases open
                WHERE open.tenant_id = @tenant AND open.phase IN ('accepted', 'active', 'waiting')
                    AND (open.created_at <= @until OR EXISTS (
                        SELECT 1 FROM workflow_runs child JOIN workflow_runs parent ON parent.id = child.parent_run_id
                        WHERE child.id = open.run_id AND parent.status = 'cancelled'))
                ORDER BY open.run_id LIMIT @limit)
            RETURNING {WorkflowRun.NarrowColumns}
            """,
            new StoreParameters { ["tenant"] = tenantId, ["until"] = createdUntil, ["limit"] = limit, ["now"] = _time.GetUtcNow() },
            WorkflowRun.Read,
            ct);

    /// <summary>The runs that a run has started and waits for, or waited for, oldest first, without their inputs and outputs.</summary>
    public async Task<IReadOnlyList<WorkflowRun>> ListChildrenAsync(Guid id, CancellationToken ct = default) =>
        await _database.QueryAsync(
            $"{SelectNarrow} WHERE parent_run_id = @id ORDER BY created_at, id", new StoreParameters { ["id"] = id }, WorkflowRun.Read, ct).ConfigureAwait(false);
}
