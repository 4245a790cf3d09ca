using WorkflowAspire.Workflows.Store;

namespace WorkflowAspire.Workflows.Runs;

/// <content>What the limits of runs and tenants are held against.</content>
public sealed partial class RunStore
{
    /// <summary>How many of a tenant's runs have not ended.</summary>
    /// <param name="tenantId">The tenant.</param>
    /// <param name="most">From where on it isn't counted further.</param>
    /// <param name="ct">Ends the wait.</param>
    internal async Task<int> CountUnfinishedAsync(Guid tenantId, int most, CancellationToken ct) => (int)(await _database.QueryAsync(
        """
        SELECT COUNT(*) FROM (
            SELECT 1 FROM workflow_run_phases WHERE tenant_id = @tenant AND phase IN ('accepted', 'active', 'waiting') LIMIT @most) unfinished
        """,
        new StoreParameters { ["tenant"] = tenantId, ["most"] = most },
        row => row.GetInt64(0),
        ct).ConfigureAwait(false)).Single();

    /// <summary>How many runs above this one wait for it, counted up to a limit.</summary>
    internal async Task<int> DepthAsync(Guid runId, int most, CancellationToken ct) => (int)(await _database.QueryAsync(
        """
        WITH RECURSIVE above (id, depth) AS (
            SELECT parent_run_id, 1 FROM workflow_runs WHERE id = @id AND parent_run_id IS NOT NULL
            UNION ALL
            SELECT run.parent_run_id, above.depth + 1 FROM workflow_runs run JOIN above ON run.id = above.id
            WHERE run.parent_run_id IS NOT NULL AND above.depth < @most)
        SELECT COUNT(*) FROM above
        """,
        new StoreParameters { ["id"] = runId, ["most"] = most },
        row => row.GetInt64(0),
        ct).ConfigureAwait(false)).Single();

    /// <summary>Whether a tenant has disabled the definition that this name stands for.</summary>
    internal async Task<bool> IsDisabledAsync(Guid tenantId, string workflow, CancellationToken ct) => (await _database.QueryAsync(
        """
        SELECT 1 FROM workflow_definitions_disabled
        WHERE tenant_id = @tenant AND name = @name AND NOT EXISTS (SELECT 1 FROM workflows WHERE name = @name)
        """,
        new StoreParameters { ["tenant"] = tenantId, ["name"] = workflow },
        row => row.GetInt32(0),
        ct).ConfigureAwait(false)).Count > 0;
}
