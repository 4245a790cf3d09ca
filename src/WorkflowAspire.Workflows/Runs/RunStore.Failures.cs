using WorkflowAspire.Workflows.Store;

namespace WorkflowAspire.Workflows.Runs;

/// <content>Attempts that don't complete their run, and what is kept of them.</content>
public sealed partial class RunStore
{
    // The parameters are those of Failure.
    private const string SetFailure = "error = @error, failed_step = @step, error_type = @type, failure_fingerprint = @fingerprint";

    /// <summary>Ends an attempt without a result; the run's job will be taken again.</summary>
    /// <param name="lease">The claim.</param>
    /// <param name="error">Why it failed; null where it was only handed back.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>False where the lease is lost; nothing was written.</returns>
    public async Task<bool> ReturnToPendingAsync(RunLease lease, AttemptError? error, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(lease);
        var recorded = RecordAttemptAsync(lease.Run.Id, lease.Attempt, error is null ? AttemptOutcome.HandedBack : AttemptOutcome.Failed, error, ct);
        var returned = SettleAsync(lease, $"status = 'pending', {SetFailure}", Failure(new StoreParameters(), error), ct);
        await recorded.ConfigureAwait(false);
        return await returned.ConfigureAwait(false);
    }

    /// <summary>Gives the run up.</summary>
    /// <param name="id">The run.</param>
    /// <param name="attempt">The attempt that gave up; null where none was begun, and then any unfinished run fails.</param>
    /// <param name="error">Why.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>False where a newer attempt owns the run, it has ended already, or there is none; nothing was written.</returns>
    public async Task<bool> FailAsync(Guid id, int? attempt, AttemptError error, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(error);
        var recorded = Task.FromResult(0);
        var parameters = Failure(new StoreParameters { ["id"] = id, ["now"] = _time.GetUtcNow() }, error);
        if (attempt is { } own)
        {
            recorded = RecordAttemptAsync(id, own, AttemptOutcome.Failed, error, ct);
            parameters["attempt"] = own;
        }

        var failed = _database.ExecuteAsync(
            $"""
            UPDATE workflow_runs SET status = 'failed', {SetFailure}, completed_at = @now
            WHERE {(attempt is null ? "id = @id AND status IN ('pending', 'running', 'waiting')" : StillOurs)}
            """,
            parameters,
            ct);
        await recorded.ConfigureAwait(false);
        return await failed.ConfigureAwait(false) == 1;
    }

    /// <summary>Records that the attempt before a claim vanished with its worker.</summary>
    /// <param name="lease">The claim that found the run running.</param>
    /// <param name="ct">Ends the wait.</param>
    public Task RecordLostAttemptAsync(RunLease lease, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(lease);
        return _database.ExecuteAsync(
            """
            INSERT INTO workflow_attempts (run_id, attempt, outcome, ended_at)
            SELECT id, @lost, 'lost', @now FROM workflow_runs WHERE id = @id ON CONFLICT (run_id, attempt) DO NOTHING
            """,
            new StoreParameters { ["id"] = lease.Run.Id, ["lost"] = lease.Attempt - 1, ["now"] = _time.GetUtcNow() },
            ct);
    }

    /// <summary>The attempts at a run that ended without completing it, oldest first.</summary>
    public async Task<IReadOnlyList<RunAttemptRecord>> ListAttemptsAsync(Guid runId, CancellationToken ct = default) =>
        await _database.QueryAsync(
            $"SELECT {RunAttemptRecord.Columns} FROM workflow_attempts WHERE run_id = @run ORDER BY attempt",
            new StoreParameters { ["run"] = runId },
            RunAttemptRecord.Read,
            ct).ConfigureAwait(false);

    // Goes with the move that it explains, before it: once the run has moved on, the attempt isn't the run's any more.
    private Task<int> RecordAttemptAsync(Guid id, int attempt, AttemptOutcome outcome, AttemptError? error, CancellationToken ct) => _database.ExecuteAsync(
        $"""
        INSERT INTO workflow_attempts (run_id, attempt, outcome, worker, started_at, ended_at, step, error_type, error, stack, fingerprint)
        SELECT id, attempts, @outcome, worker, started_at, @now, @step, @type, @error, @stack, @fingerprint FROM workflow_runs WHERE {StillOurs}
        ON CONFLICT (run_id, attempt) DO NOTHING
        """,
        Failure(new StoreParameters { ["id"] = id, ["attempt"] = attempt, ["outcome"] = RunAttemptRecord.NameOf(outcome), ["now"] = _time.GetUtcNow(), ["stack"] = error?.Stack }, error),
        ct);

    private static StoreParameters Failure(StoreParameters parameters, AttemptError? error)
    {
        (parameters["error"], parameters["step"], parameters["type"], parameters["fingerprint"]) = (error?.Message, error?.Step, error?.Type, error?.Fingerprint);
        return parameters;
    }
}
