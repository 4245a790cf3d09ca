using WorkflowAspire.Workflows.Dispatch;
using WorkflowAspire.Workflows.Store;

namespace WorkflowAspire.Workflows.Runs;

/// <content>What the sweepers need: runs to compare with their jobs, and old runs to delete.</content>
public sealed partial class RunStore
{
    /// <summary>A page of unfinished runs, by id: those that have been quiet for long enough to be compared with their jobs.</summary>
    /// <param name="after">Where the page before ended; the empty id for the first page.</param>
    /// <param name="runningSince">Running runs count if they began before this.</param>
    /// <param name="enqueuedSince">Pending and waiting runs count if they were enqueued before this.</param>
    /// <param name="limit">How many runs are looked at, at most.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<UnfinishedPage> ListUnfinishedAsync(
        Guid after, DateTimeOffset runningSince, DateTimeOffset enqueuedSince, int limit, CancellationToken ct = default)
    {
        var looked = await _database.QueryAsync(
            SweepSql.ListUnfinished,
            new StoreParameters { ["after"] = after, ["running"] = runningSince, ["enqueued"] = enqueuedSince, ["limit"] = limit },
            row => (Run: UnfinishedRun.Read(row), IsQuiet: row.GetInt32(UnfinishedRun.ColumnCount) == 1),
            ct).ConfigureAwait(false);
        return new UnfinishedPage([.. looked.Where(found => found.IsQuiet).Select(found => found.Run)], looked.Count < limit ? null : looked[^1].Run.Id);
    }

    /// <summary>The runs that were accepted longer ago than this and whose job isn't known to be in the queue, oldest first.</summary>
    /// <param name="olderThan">How long ago, at least.</param>
    /// <param name="limit">How many at most; fewer where their inputs together have more than 16 MB.</param>
    /// <param name="after">The last run of the page before; null for the first page.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<IReadOnlyList<WorkflowRun>> ListNeverEnqueuedAsync(TimeSpan olderThan, int limit, WorkflowRun? after = null, CancellationToken ct = default)
    {
        var parameters = new StoreParameters { ["before"] = _time.GetUtcNow() - olderThan, ["limit"] = limit };
        if (after is not null) (parameters["created"], parameters["last"]) = (after.CreatedAt, after.Id);
        return await _database.QueryAsync(SweepSql.ListNeverEnqueued(isFirstPage: after is null), parameters, WorkflowRun.Read, ct).ConfigureAwait(false);
    }

    /// <summary>Those of some runs that are pending and whose job isn't known to be in the queue.</summary>
    internal async Task<IReadOnlyList<WorkflowRun>> WaitToBeEnqueuedAsync(IReadOnlyList<WorkflowRun> runs, CancellationToken ct)
    {
        if (runs.Count == 0) return [];
        var (ids, parameters) = IdsOf(runs);
        var waiting = await _database.QueryAsync(
            $"SELECT id FROM workflow_runs WHERE id IN ({ids}) AND status = 'pending' AND enqueued_at IS NULL", parameters, row => row.GetGuid(0), ct).ConfigureAwait(false);
        return [.. runs.IntersectBy(waiting, run => run.Id)];
    }

    /// <summary>Notes that the jobs of these runs are in the queue.</summary>
    internal Task MarkEnqueuedAsync(IReadOnlyList<WorkflowRun> runs, DateTimeOffset at, CancellationToken ct)
    {
        if (runs.Count == 0) return Task.CompletedTask;
        var (ids, parameters) = IdsOf(runs);
        parameters["at"] = at;
        return _database.ExecuteInBackgroundAsync(
            $"UPDATE workflow_runs SET enqueued_at = @at, job_id = COALESCE(job_id, CAST(id AS text)) WHERE id IN ({ids}) AND enqueued_at IS NULL", parameters, ct);
    }

    private static (string Ids, StoreParameters Parameters) IdsOf(IReadOnlyList<WorkflowRun> runs)
    {
        var parameters = new StoreParameters();
        for (var i = 0; i < runs.Count; i++) parameters[$"r{i}"] = runs[i].Id;
        return (string.Join(", ", Enumerable.Range(0, runs.Count).Select(i => $"@r{i}")), parameters);
    }

    /// <summary>Whether the attempt before this one finished a step, or had it fail: the run is getting on.</summary>
    public async Task<bool> GotOnBeforeAsync(RunLease lease, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(lease);
        return await _database.QueryAsync(
            "SELECT 1 FROM workflow_steps WHERE run_id = @id AND run_attempt = @before LIMIT 1",
            new StoreParameters { ["id"] = lease.Run.Id, ["before"] = lease.Attempt - 1 },
            _ => true,
            ct).ConfigureAwait(false) is [true];
    }

    /// <summary>Gives up a run whose job has failed for good.</summary>
    /// <returns>False where the run has moved on since it was read; nothing was written.</returns>
    public async Task<bool> FailAsync(UnfinishedRun run, string error, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        return await _database.ExecuteAsync(
            $"UPDATE workflow_runs SET status = 'failed', error = @error, completed_at = @now WHERE {SweepSql.Unchanged}",
            Unchanged(run, new StoreParameters { ["error"] = error }),
            ct).ConfigureAwait(false) == 1;
    }

    /// <summary>Notes that the job of a run is put into the queue anew; after that, the caller enqueues it.</summary>
    /// <returns>The run; null where it has moved on since it was read, and then nothing was written.</returns>
    public async Task<WorkflowRun?> BeginRestoringAsync(UnfinishedRun run, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        var restored = await _database.ExecuteReturningAsync(
            $"UPDATE workflow_runs SET enqueued_at = @now, job_id = @job WHERE {SweepSql.Unchanged} RETURNING {WorkflowRun.Columns}",
            Unchanged(run, new StoreParameters { ["job"] = ExecutionQueue.JobIdOf(run.Id) }),
            WorkflowRun.Read,
            ct).ConfigureAwait(false);
        return restored.SingleOrDefault();
    }

    /// <summary>Deletes runs that ended before this, with their steps, oldest first.</summary>
    /// <param name="status">How they ended: completed, failed or cancelled.</param>
    /// <param name="before">When they ended, at the latest.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="after">What the batch before has deleted, to go on from there; null to begin with the oldest.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="ArgumentOutOfRangeException">The status is not one of an ended run.</exception>
    public async Task<DeletedRuns> DeleteEndedAsync(RunStatus status, DateTimeOffset before, int limit, DeletedRuns? after = null, CancellationToken ct = default)
    {
        if (status is not (RunStatus.Completed or RunStatus.Failed or RunStatus.Cancelled))
            throw new ArgumentOutOfRangeException(nameof(status), status, $"Runs that are {status.ToName()} are not deleted; give completed, failed or cancelled.");
        var from = after?.NewestCreatedAt;
        var deleted = await _database.ExecuteReturningInBackgroundAsync(
            SweepSql.DeleteEnded(status, goesOn: from is not null),
            new StoreParameters { ["before"] = before, ["limit"] = limit, ["from"] = from },
            row => row.GetInstant(0),
            ct).ConfigureAwait(false);
        return new DeletedRuns(deleted.Count, deleted.Count == 0 ? null : deleted.Max());
    }

    private StoreParameters Unchanged(UnfinishedRun run, StoreParameters parameters)
    {
        parameters["id"] = run.Id;
        parameters["status"] = run.Status.ToName();
        parameters["attempt"] = run.Attempts;
        parameters["now"] = _time.GetUtcNow();
        return parameters;
    }
}
