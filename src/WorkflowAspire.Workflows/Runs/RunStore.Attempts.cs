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
    /// <param name="worker">Who begins it, for the record.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<ClaimResult> ClaimAsync(
        Guid id, Guid tenantId, string? jobId = null, string? insteadOf = null, string? worker = null, CancellationToken ct = default)
    {
        var job = jobId ?? ExecutionQueue.JobIdOf(id);
        while (true)
        {
            var claimed = await _database.ExecuteReturningAsync(
                RunSql.Claim,
                new StoreParameters { ["run"] = id, ["tenant"] = tenantId, ["at"] = _time.GetUtcNow(), ["job"] = job, ["gone"] = insteadOf ?? job, ["executor"] = worker },
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
    public Task<bool> CompleteAsync(RunLease lease, string outputJson, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(lease);
        var parameters = new StoreParameters { ["run"] = lease.Run.Id, ["attempt"] = lease.Attempt, ["result"] = outputJson, ["at"] = _time.GetUtcNow() };
        return SurelyAsync(lease, RunStatus.Completed, token => _database.ExecuteAsync(RunSql.Complete, parameters, token), ct);
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
            SET status = 'pending', error = NULL, failed_step = NULL, error_type = NULL, failure_fingerprint = NULL, enqueued_at = NULL, started_at = NULL, completed_at = NULL, deadline_at = @deadline, job_id = @job
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
            RunSql.SaveStep(_database.Dialect),
            new StoreParameters
            {
                ["run"] = lease.Run.Id,
                ["attempt"] = lease.Attempt,
                ["step"] = step.Name,
                ["place"] = step.Position,
                ["state"] = step.Status.ToName(),
                ["result"] = step.Output,
                ["fault"] = step.Error,
                ["tries"] = step.Attempts,
                ["since"] = step.StartedAt,
                ["till"] = step.Status == StepStatus.Waiting ? null : step.CompletedAt ?? _time.GetUtcNow(),
                ["sort"] = step.Kind.ToName(),
                ["within"] = step.Scope,
                ["after"] = step.Follows,
                ["beside"] = step.InFlight,
                ["begun"] = step.Overlapped,
                ["fault_type"] = step.ErrorType,
                ["due"] = step.DueAt,
                ["signal"] = step.WaitsFor,
                ["child"] = step.ChildRunId,
            },
            ct).ConfigureAwait(false);
        if (!saved) throw new LeaseLostException(lease);
    }

    // What it records is done: a passing trouble must not cost an attempt, and a lost answer not the outcome.
    private async Task<bool> SurelyAsync(RunLease lease, RunStatus status, Func<CancellationToken, Task<bool>> settle, CancellationToken ct)
    {
        try
        {
            return await settle(CancellationToken.None).ConfigureAwait(false);
        }
        catch (DbException error) when (error.IsTransient && !ct.IsCancellationRequested)
        {
            return await _writes.ExecuteAsync(
                async token => await settle(token).ConfigureAwait(false)
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
