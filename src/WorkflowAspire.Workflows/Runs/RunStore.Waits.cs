using WorkflowAspire.Workflows.Dispatch;
using WorkflowAspire.Workflows.Store;

namespace WorkflowAspire.Workflows.Runs;

/// <content>Runs that wait: parked, sent signals, with children, with a deadline.</content>
public sealed partial class RunStore
{
    // What a waiting operation waits for is there. A time that has come is its delayed job's matter.
    private const string IsThere =
        """
        w.status = 'waiting' AND (
            (w.kind = 'signal' AND EXISTS (
                SELECT 1 FROM workflow_signals g WHERE g.run_id = w.run_id AND g.name = w.waits_for AND g.consumed_by IS NULL))
            OR (w.kind = 'child' AND EXISTS (
                SELECT 1 FROM workflow_runs c WHERE c.id = w.child_run_id AND c.status IN ('completed', 'failed', 'cancelled'))))
        """;

    /// <summary>Ends an attempt because the run waits: it needs no worker until then.</summary>
    /// <remarks>A database that is away for a moment is waited for, unless the caller cancels.</remarks>
    /// <returns>False where the lease is lost; nothing was written.</returns>
    public Task<bool> ParkAsync(RunLease lease, CancellationToken ct = default) =>
        SurelyAsync(lease, RunStatus.Waiting, token => SettleAsync(lease, "status = 'waiting', error = NULL", new StoreParameters(), token), ct);

    /// <summary>Whether a run that was parked has something to go on with: what it waits for is there, or it waits no longer.</summary>
    public async Task<bool> CanGoOnAsync(Guid id, CancellationToken ct = default) =>
        await _database.QueryAsync(
            $"""
            SELECT 1 FROM workflow_runs r
            WHERE r.id = @id AND (r.status <> 'waiting' OR EXISTS (SELECT 1 FROM workflow_steps w WHERE w.run_id = r.id AND {IsThere}))
            """,
            new StoreParameters { ["id"] = id },
            _ => true,
            ct).ConfigureAwait(false) is [true];

    /// <summary>The parked runs for which what they wait for is there, oldest first, without their inputs: somebody failed to wake them.</summary>
    public async Task<IReadOnlyList<WorkflowRun>> ListOversleptAsync(int limit, CancellationToken ct = default) =>
        await _database.QueryAsync(
            $"""
            {SelectNarrow} WHERE status = 'waiting' AND id IN (
                SELECT w.run_id FROM workflow_signals g JOIN workflow_steps w ON w.run_id = g.run_id
                WHERE g.consumed_by IS NULL AND w.status = 'waiting' AND w.kind = 'signal' AND w.waits_for = g.name
                UNION
                SELECT w.run_id FROM workflow_steps w JOIN workflow_runs c ON c.id = w.child_run_id
                WHERE w.status = 'waiting' AND w.child_run_id IS NOT NULL AND c.status IN ('completed', 'failed', 'cancelled'))
            ORDER BY created_at LIMIT @limit
            """,
            new StoreParameters { ["limit"] = limit },
            WorkflowRun.Read,
            ct).ConfigureAwait(false);

    /// <summary>Keeps a signal for a run, whether or not the run waits for it already.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="name">The signal's name.</param>
    /// <param name="payloadJson">What it carries, as JSON; null for nothing.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>False where the run has ended, there is none, or it has had as many signals as it may have; nothing was written.</returns>
    public async Task<bool> SendSignalAsync(Guid runId, string name, string? payloadJson, CancellationToken ct = default)
    {
        var now = _time.GetUtcNow();
        return await _database.ExecuteAsync(
            """
            INSERT INTO workflow_signals (id, run_id, name, payload, sent_at)
            SELECT @signal, id, @name, @payload, @now FROM workflow_runs WHERE id = @id AND status IN ('pending', 'running', 'waiting')
                AND (SELECT COUNT(*) FROM workflow_signals WHERE run_id = @id) < @most
            """,
            new StoreParameters { ["signal"] = Guid.CreateVersion7(now), ["id"] = runId, ["name"] = name, ["payload"] = payloadJson, ["now"] = now, ["most"] = _limits.MaxSignals },
            ct).ConfigureAwait(false) == 1;
    }

    /// <summary>Takes the oldest signal of a name for an operation; the one that it took before, if it did.</summary>
    /// <returns>What the signal carries, within a list; an empty list for no signal.</returns>
    internal Task<List<string?>> TakeSignalAsync(RunLease lease, string name, string operation, CancellationToken ct) =>
        _database.ExecuteReturningAsync(
            $"""
            UPDATE workflow_signals SET consumed_by = @operation
            WHERE id = (
                SELECT id FROM workflow_signals
                WHERE run_id = @id AND name = @name AND (consumed_by IS NULL OR consumed_by = @operation)
                ORDER BY CASE WHEN consumed_by IS NULL THEN 1 ELSE 0 END, sent_at, id LIMIT 1)
            AND (consumed_by IS NULL OR consumed_by = @operation)
            AND EXISTS (SELECT 1 FROM workflow_runs WHERE {StillOurs})
            RETURNING payload
            """,
            new StoreParameters { ["id"] = lease.Run.Id, ["attempt"] = lease.Attempt, ["name"] = name, ["operation"] = operation },
            row => row.GetTextOrNull(0),
            ct);

    /// <summary>Adds a run that the lease's run waits for, unless it is there already.</summary>
    /// <remarks>A cancellation of the parent waits for it, or it for the cancellation: no child begins that the cancellation didn't see.</remarks>
    internal Task AddChildAsync(RunLease lease, WorkflowRun child, CancellationToken ct) =>
        _database.ExecuteAsync(
            $"""
            INSERT INTO workflow_runs (id, tenant_id, workflow_id, status, input, created_at, parent_run_id, job_id, definition_version)
            SELECT @child, @tenant, @workflow, 'pending', @input, @created, @id, @job,
                (SELECT MAX(version) FROM workflow_definitions WHERE tenant_id = @tenant AND name = @workflow AND NOT EXISTS (SELECT 1 FROM workflows WHERE name = @workflow))
            WHERE EXISTS (SELECT 1 FROM workflow_runs WHERE {StillOurs} {_database.Dialect.SharedRowLock("workflow_runs")})
            ON CONFLICT (id) DO NOTHING
            """,
            new StoreParameters
            {
                ["child"] = child.Id,
                ["tenant"] = child.TenantId,
                ["workflow"] = child.WorkflowId,
                ["input"] = child.Input,
                ["created"] = child.CreatedAt,
                ["job"] = ExecutionQueue.JobIdOf(child.Id),
                ["id"] = lease.Run.Id,
                ["attempt"] = lease.Attempt,
            },
            ct);

    /// <summary>Sets by when the run must have ended, where nobody has yet.</summary>
    internal Task SetDeadlineAsync(RunLease lease, DateTimeOffset deadline, CancellationToken ct) =>
        _database.ExecuteAsync(
            $"UPDATE workflow_runs SET deadline_at = @deadline WHERE deadline_at IS NULL AND {StillOurs}",
            new StoreParameters { ["id"] = lease.Run.Id, ["attempt"] = lease.Attempt, ["deadline"] = deadline },
            ct);

    /// <summary>Forgets in which order the operations began that began since then: the next attempt may take another way.</summary>
    internal Task ForgetOrderAsync(RunLease lease, DateTimeOffset since, CancellationToken ct) =>
        _database.ExecuteAsync(
            $"""
            UPDATE workflow_steps SET follows = NULL, in_flight = in_flight + 1
            WHERE run_id = @id AND started_at >= @since AND EXISTS (SELECT 1 FROM workflow_runs WHERE {StillOurs})
            """,
            new StoreParameters { ["id"] = lease.Run.Id, ["attempt"] = lease.Attempt, ["since"] = since },
            ct);
}
