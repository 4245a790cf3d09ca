using System.Data.Common;
using WorkflowAspire.Workflows.Dispatch;
using WorkflowAspire.Workflows.Store;

namespace WorkflowAspire.Workflows.Runs;

/// <content>The transitions of a run: each is one statement, and checks in its WHERE that the writer still owns the run.</content>
public sealed partial class RunStore
{
    private const string StillOurs = "id = @id AND attempts = @attempt AND status = 'running'";

    /// <summary>Begins an attempt: from here on only its lease can write to the run. A run that has ended well is left alone.</summary>
    /// <param name="id">The run.</param>
    /// <param name="tenantId">Whose it must be: another tenant's run is not found.</param>
    /// <param name="jobId">The job that carries it from now on; null for the one of its own id.</param>
    /// <param name="insteadOf">The job that carried it and is known to have vanished; null for none.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<ClaimResult> ClaimAsync(Guid id, Guid tenantId, string? jobId = null, string? insteadOf = null, CancellationToken ct = default)
    {
        var job = jobId ?? ExecutionQueue.JobIdOf(id);
        while (true)
        {
            var claimed = await _database.ExecuteReturningAsync(
                $"""
                UPDATE workflow_runs
                SET attempts = attempts + 1, parks = parks + CASE WHEN status = 'waiting' THEN 1 ELSE 0 END, claimed_from = status, status = 'running', started_at = @now, completed_at = NULL,
                    job_id = @job, enqueued_at = COALESCE(enqueued_at, @now)
                WHERE id = @id AND tenant_id = @tenant AND status NOT IN ('completed', 'cancelled') AND (job_id IS NULL OR job_id IN (@job, @gone))
                RETURNING {WorkflowRun.Columns}, claimed_from
                """,
                new StoreParameters { ["id"] = id, ["tenant"] = tenantId, ["now"] = _time.GetUtcNow(), ["job"] = job, ["gone"] = insteadOf ?? job },
                row => (Run: WorkflowRun.Read(row), From: row.GetString(WorkflowRun.ColumnCount)),
                ct).ConfigureAwait(false);
            if (claimed is [var (run, from)]) return new ClaimResult.Claimed(new RunLease(run, run.Attempts), from == RunStatus.Running.ToName());

            switch (await FindAsync(id, ct).ConfigureAwait(false))
            {
                case null: return new ClaimResult.NotFound();
                case { } other when other.TenantId != tenantId: return new ClaimResult.NotFound();
                case { Status: RunStatus.Completed } done: return new ClaimResult.AlreadyCompleted(done);
                case { Status: RunStatus.Cancelled } cancelled: return new ClaimResult.Cancelled(cancelled);
                case { JobId: { } other } carried when other != job && other != insteadOf: return new ClaimResult.CarriedByAnother(carried, other);
                    // Otherwise it came back to life between the two statements: claim it again.
            }
        }
    }

    /// <summary>Ends the run with its output. To do so twice is to do it once.</summary>
    /// <remarks>A database that is away for a moment is waited for, unless the caller cancels.</remarks>
    /// <returns>False where the lease is lost; nothing was written.</returns>
    public Task<bool> CompleteAsync(RunLease lease, string outputJson, CancellationToken ct = default) => SettleSurelyAsync(
        lease, RunStatus.Completed, "output = @output, error = NULL, completed_at = @now", new StoreParameters { ["output"] = outputJson, ["now"] = _time.GetUtcNow() }, ct);

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

    /// <summary>Lets a run whose job failed be tried again, from its last finished step on. Of several that try at once one succeeds.</summary>
    /// <remarks>A run whose failure couldn't be recorded still says that it is running; an attempt that does run loses its lease.</remarks>
    /// <param name="run">The run as it was read before its job was looked at.</param>
    /// <param name="jobId">The job that will carry it; null for the one of its own id.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>False where the run has completed or was cancelled, is about to be enqueued, or has changed since it was read; nothing was written.</returns>
    public async Task<bool> ResetForReplayAsync(WorkflowRun run, string? jobId = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        // As much time again as it had at first.
        var deadline = run.DeadlineAt is { } old ? _time.GetUtcNow() + (old - run.CreatedAt) : (DateTimeOffset?)null;
        var enqueued = run.EnqueuedAt is null ? "enqueued_at IS NULL AND status <> 'pending'" : "enqueued_at = @enqueued";
        var parameters = new StoreParameters
        {
            ["id"] = run.Id,
            ["status"] = run.Status.ToName(),
            ["attempt"] = run.Attempts,
            ["deadline"] = deadline,
            ["job"] = jobId ?? ExecutionQueue.JobIdOf(run.Id),
        };
        if (run.EnqueuedAt is { } at) parameters["enqueued"] = at;
        return await _database.ExecuteAsync(
            $"""
            UPDATE workflow_runs
            SET status = 'pending', error = NULL, enqueued_at = NULL, started_at = NULL, completed_at = NULL, deadline_at = @deadline, job_id = @job
            WHERE {SweepSql.Unchanged} AND status NOT IN ('completed', 'cancelled') AND {enqueued}
            """,
            parameters,
            ct).ConfigureAwait(false) == 1;
    }

    /// <summary>Writes the checkpoint of a step that has ended, or what the run waits for. To write the same one twice is to write it once.</summary>
    /// <remarks>A claim waits for the checkpoint's commit, or the checkpoint for the claim's: no attempt reads the steps before an older one's last write.</remarks>
    /// <exception cref="LeaseLostException">A newer attempt owns the run; nothing was written.</exception>
    internal async Task SaveStepAsync(RunLease lease, WorkflowStep step, CancellationToken ct)
    {
        var saved = await _database.ExecuteAsync(
            $"""
            INSERT INTO workflow_steps (run_id, run_attempt, {WorkflowStep.Columns})
            SELECT @id, @attempt, @name, @position, @status, @output, @error, @attempts, @started, @completed,
                   @kind, @scope, @follows, @in_flight, @overlapped, @error_type, @due, @waits_for, @child
            WHERE EXISTS (SELECT 1 FROM workflow_runs WHERE {StillOurs} {_database.Dialect.SharedRowLock})
            ON CONFLICT (run_id, name) DO UPDATE
            SET run_attempt = excluded.run_attempt, position = excluded.position, status = excluded.status, output = excluded.output,
                error = excluded.error, attempts = workflow_steps.attempts + CASE
                    WHEN workflow_steps.run_attempt = excluded.run_attempt AND workflow_steps.completed_at = excluded.completed_at THEN 0
                    ELSE excluded.attempts END,
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

    // What it records is done: a passing trouble must not cost an attempt, and a lost answer not the outcome.
    private async Task<bool> SettleSurelyAsync(RunLease lease, RunStatus status, string assignments, StoreParameters parameters, CancellationToken ct)
    {
        assignments = $"status = '{status.ToName()}', {assignments}";
        try
        {
            return await SettleAsync(lease, assignments, parameters, CancellationToken.None).ConfigureAwait(false);
        }
        catch (DbException error) when (error.IsTransient && !ct.IsCancellationRequested)
        {
            return await _writes.ExecuteAsync(
                async token => await SettleAsync(lease, assignments, parameters, token).ConfigureAwait(false)
                    || (await FindAsync(lease.Run.Id, token).ConfigureAwait(false) is { } run && run.Status == status && run.Attempts == lease.Attempt),
                ct).ConfigureAwait(false);
        }
    }

    private async Task<bool> SettleAsync(RunLease lease, string assignments, StoreParameters parameters, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(lease);
        parameters["id"] = lease.Run.Id;
        parameters["attempt"] = lease.Attempt;
        return await _database.ExecuteAsync($"UPDATE workflow_runs SET {assignments} WHERE {StillOurs}", parameters, ct).ConfigureAwait(false) == 1;
    }
}
