using WorkflowAspire.Workflows.Store;

namespace WorkflowAspire.Workflows.Runs;

/// <content>The transitions of a run: each is one statement, and checks in its WHERE that the writer still owns the run.</content>
public sealed partial class RunStore
{
    private const string StillOurs = "id = @id AND attempts = @attempt AND status = 'running'";

    /// <summary>Begins an attempt: from here on only its lease can write to the run. A run that has ended well is left alone.</summary>
    /// <param name="id">The run.</param>
    /// <param name="tenantId">Whose it must be: another tenant's run is not found.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<ClaimResult> ClaimAsync(Guid id, Guid tenantId, CancellationToken ct = default)
    {
        while (true)
        {
            var claimed = await _database.ExecuteReturningAsync(
                $"""
                UPDATE workflow_runs
                SET attempts = attempts + 1, parks = parks + CASE WHEN status = 'waiting' THEN 1 ELSE 0 END, claimed_from = status, status = 'running', started_at = @now, completed_at = NULL
                WHERE id = @id AND tenant_id = @tenant AND status NOT IN ('completed', 'cancelled')
                RETURNING {WorkflowRun.Columns}, claimed_from
                """,
                new StoreParameters { ["id"] = id, ["tenant"] = tenantId, ["now"] = _time.GetUtcNow() },
                row => (Run: WorkflowRun.Read(row), From: row.GetString(WorkflowRun.ColumnCount)),
                ct).ConfigureAwait(false);
            if (claimed is [var (run, from)]) return new ClaimResult.Claimed(new RunLease(run, run.Attempts), from == RunStatus.Running.ToName());

            switch (await FindAsync(id, ct).ConfigureAwait(false))
            {
                case null: return new ClaimResult.NotFound();
                case { } other when other.TenantId != tenantId: return new ClaimResult.NotFound();
                case { Status: RunStatus.Completed } done: return new ClaimResult.AlreadyCompleted(done);
                case { Status: RunStatus.Cancelled } cancelled: return new ClaimResult.Cancelled(cancelled);
                    // Otherwise it came back to life between the two statements: claim it again.
            }
        }
    }

    /// <summary>Ends the run with its output.</summary>
    /// <returns>False where the lease is lost; nothing was written.</returns>
    public Task<bool> CompleteAsync(RunLease lease, string outputJson, CancellationToken ct = default) =>
        SettleAsync(lease, "status = 'completed', output = @output, error = NULL, completed_at = @now", new StoreParameters { ["output"] = outputJson, ["now"] = _time.GetUtcNow() }, ct);

    /// <summary>Ends an attempt without a result; the run's job will be taken again.</summary>
    /// <param name="lease">The claim.</param>
    /// <param name="error">Why it failed; null where it was only handed back.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>False where the lease is lost; nothing was written.</returns>
    public Task<bool> ReturnToPendingAsync(RunLease lease, string? error, CancellationToken ct = default) =>
        SettleAsync(lease, "status = 'pending', error = @error", new StoreParameters { ["error"] = error }, ct);

    /// <summary>Gives the run up.</summary>
    /// <param name="id">The run.</param>
    /// <param name="attempt">The attempt that gave up; null where none was begun, and then any unfinished run fails.</param>
    /// <param name="error">Why.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>False where a newer attempt owns the run, it has ended already, or there is none; nothing was written.</returns>
    public async Task<bool> FailAsync(Guid id, int? attempt, string error, CancellationToken ct = default)
    {
        var parameters = new StoreParameters { ["id"] = id, ["error"] = error, ["now"] = _time.GetUtcNow() };
        if (attempt is { } own) parameters["attempt"] = own;
        return await _database.ExecuteAsync(
            $"""
            UPDATE workflow_runs SET status = 'failed', error = @error, completed_at = @now
            WHERE {(attempt is null ? "id = @id AND status IN ('pending', 'running', 'waiting')" : StillOurs)}
            """,
            parameters,
            ct).ConfigureAwait(false) == 1;
    }

    /// <summary>Lets a run whose job failed be tried again, from its last finished step on.</summary>
    /// <remarks>A run whose failure couldn't be recorded still says that it is running; an attempt that does run loses its lease.</remarks>
    /// <returns>False where the run has completed or was cancelled, or there is none; nothing was written.</returns>
    public async Task<bool> ResetForReplayAsync(Guid id, CancellationToken ct = default)
    {
        // As much time again as it had at first.
        var deadline = await FindAsync(id, ct).ConfigureAwait(false) is { DeadlineAt: { } old } run ? _time.GetUtcNow() + (old - run.CreatedAt) : (DateTimeOffset?)null;
        return await _database.ExecuteAsync(
            """
            UPDATE workflow_runs SET status = 'pending', error = NULL, enqueued_at = NULL, started_at = NULL, completed_at = NULL, deadline_at = @deadline
            WHERE id = @id AND status NOT IN ('completed', 'cancelled')
            """,
            new StoreParameters { ["id"] = id, ["deadline"] = deadline },
            ct).ConfigureAwait(false) == 1;
    }

    /// <summary>Writes the checkpoint of a step that has ended, or what the run waits for.</summary>
    /// <exception cref="LeaseLostException">A newer attempt owns the run; nothing was written.</exception>
    internal async Task SaveStepAsync(RunLease lease, WorkflowStep step, CancellationToken ct)
    {
        var saved = await _database.ExecuteAsync(
            $"""
            INSERT INTO workflow_steps (run_id, run_attempt, {WorkflowStep.Columns})
            SELECT @id, @attempt, @name, @position, @status, @output, @error, @attempts, @started, @completed,
                   @kind, @scope, @follows, @in_flight, @overlapped, @error_type, @due, @waits_for, @child
            WHERE EXISTS (SELECT 1 FROM workflow_runs WHERE {StillOurs})
            ON CONFLICT (run_id, name) DO UPDATE
            SET run_attempt = excluded.run_attempt, position = excluded.position, status = excluded.status, output = excluded.output,
                error = excluded.error, attempts = workflow_steps.attempts + excluded.attempts,
                started_at = excluded.started_at, completed_at = excluded.completed_at, kind = excluded.kind, follows = excluded.follows,
                in_flight = excluded.in_flight, overlapped = excluded.overlapped, error_type = excluded.error_type, due_at = excluded.due_at,
                waits_for = excluded.waits_for, child_run_id = excluded.child_run_id
            WHERE workflow_steps.run_attempt <= excluded.run_attempt
            """,
            new StoreParameters
            {
                ["id"] = lease.Run.Id,
                ["attempt"] = lease.Attempt,
                ["name"] = step.Name,
                ["position"] = step.Position,
                ["status"] = step.Status.ToName(),
                ["output"] = step.Output,
                ["error"] = step.Error,
                ["attempts"] = step.Attempts,
                ["started"] = step.StartedAt,
                ["completed"] = step.Status == StepStatus.Waiting ? null : step.CompletedAt ?? _time.GetUtcNow(),
                ["kind"] = step.Kind.ToName(),
                ["scope"] = step.Scope,
                ["follows"] = step.Follows,
                ["in_flight"] = step.InFlight,
                ["overlapped"] = step.Overlapped,
                ["error_type"] = step.ErrorType,
                ["due"] = step.DueAt,
                ["waits_for"] = step.WaitsFor,
                ["child"] = step.ChildRunId,
            },
            ct).ConfigureAwait(false);
        if (saved == 0) throw new LeaseLostException(lease);
    }

    private async Task<bool> SettleAsync(RunLease lease, string assignments, StoreParameters parameters, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(lease);
        parameters["id"] = lease.Run.Id;
        parameters["attempt"] = lease.Attempt;
        return await _database.ExecuteAsync($"UPDATE workflow_runs SET {assignments} WHERE {StillOurs}", parameters, ct).ConfigureAwait(false) == 1;
    }
}
