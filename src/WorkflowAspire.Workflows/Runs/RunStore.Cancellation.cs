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

    /// <summary>The runs that a run has started and waits for, or waited for, oldest first.</summary>
    public async Task<IReadOnlyList<WorkflowRun>> ListChildrenAsync(Guid id, CancellationToken ct = default) =>
        await _database.QueryAsync(
            $"{Select} WHERE parent_run_id = @id ORDER BY created_at, id", new StoreParameters { ["id"] = id }, WorkflowRun.Read, ct).ConfigureAwait(false);
}
