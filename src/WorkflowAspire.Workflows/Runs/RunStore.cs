using Polly;
using WorkflowAspire.Workflows.Store;

namespace WorkflowAspire.Workflows.Runs;

/// <summary>The runs and their steps, in PostgreSQL or SQLite. Thread-safe.</summary>
public sealed partial class RunStore
{
    private const string Select = $"SELECT {WorkflowRun.Columns} FROM workflow_runs";
    private const string SelectNarrow = $"SELECT {WorkflowRun.NarrowColumns} FROM workflow_runs";

    private readonly WorkflowDatabase _database;
    private readonly TimeProvider _time;
    private readonly RunLimits _limits;
    private readonly ResiliencePipeline _writes;

    internal RunStore(WorkflowDatabase database, TimeProvider time, RunLimits limits)
    {
        _limits = limits;
        _database = database;
        _time = time;
        _writes = WriteRetry.On(time);
    }

    /// <summary>Adds a run; its id must be new.</summary>
    public Task CreateAsync(WorkflowRun run, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        return InsertAsync(run, key: null, ct);
    }

    /// <summary>Adds a run unless the same was submitted under this key before.</summary>
    /// <param name="run">The run; its id must be new.</param>
    /// <param name="key">The client's key with a hash of what it asks for.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<Submission> SubmitAsync(WorkflowRun run, IdempotencyKey key, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(key);
        while (true)
        {
            if (await InsertAsync(run, key, ct).ConfigureAwait(false)) return new Submission.Accepted(run);
            var holders = await _database.QueryAsync(
                $"SELECT {WorkflowRun.Columns}, request_hash FROM workflow_runs WHERE tenant_id = @tenant AND idempotency_key = @key",
                new StoreParameters { ["tenant"] = run.TenantId, ["key"] = key.Key },
                row => (Run: WorkflowRun.Read(row), Hash: row.GetString(row.FieldCount - 1)),
                ct).ConfigureAwait(false);
            // None where the holder was deleted between the two statements: then the key is free again.
            if (holders is [var (holder, hash)]) return hash == key.RequestHash ? new Submission.Replayed(holder) : new Submission.KeyTaken(holder);
        }
    }

    /// <summary>Notes that the run's job is in the queue.</summary>
    /// <param name="id">The run.</param>
    /// <param name="at">Since when.</param>
    /// <param name="jobId">The job; null where nobody need know, because it has the run's id.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>False where that was known already, or there is no such run.</returns>
    public Task<bool> MarkEnqueuedAsync(Guid id, DateTimeOffset at, string? jobId = null, CancellationToken ct = default) =>
        _database.ExecuteAsync(RunSql.MarkEnqueued, new StoreParameters { ["run"] = id, ["at"] = at, ["job"] = jobId }, ct);

    /// <summary>The run of this id, or null.</summary>
    public async Task<WorkflowRun?> FindAsync(Guid id, CancellationToken ct = default)
    {
        var found = await _database.QueryAsync($"{Select} WHERE id = @id", new StoreParameters { ["id"] = id }, WorkflowRun.Read, ct).ConfigureAwait(false);
        return found.SingleOrDefault();
    }

    /// <summary>The steps of a run that have ended and what it waits for, in the order in which they began.</summary>
    public async Task<IReadOnlyList<WorkflowStep>> ListStepsAsync(Guid runId, CancellationToken ct = default) =>
        await _database.QueryAsync(
            $"SELECT {WorkflowStep.Columns} FROM workflow_steps WHERE run_id = @run ORDER BY position, started_at",
            new StoreParameters { ["run"] = runId },
            WorkflowStep.Read,
            ct).ConfigureAwait(false);

    /// <summary>Lists runs, newest first, without their inputs and outputs.</summary>
    /// <param name="filter">Which ones.</param>
    /// <param name="cursor">The page before's <see cref="RunPage.NextCursor"/>; null for the first page.</param>
    /// <param name="limit">How many at most, from 1 to 1000.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="FormatException">The cursor is none of this list's.</exception>
    public async Task<RunPage> ListAsync(RunFilter filter, string? cursor, int limit, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 1000);
        var (sql, parameters) = RunListing.Of(filter, cursor is null ? null : RunCursor.Parse(cursor), limit + 1);
        var runs = await _database.QueryAsync(sql, parameters, WorkflowRun.Read, ct).ConfigureAwait(false);
        if (runs.Count <= limit) return new RunPage(runs, null);
        runs.RemoveAt(limit);
        return new RunPage(runs, new RunCursor(runs[^1].CreatedAt, runs[^1].Id).ToString());
    }

    /// <summary>The runs that are running and began longer ago than this, oldest first, without their inputs.</summary>
    public async Task<IReadOnlyList<WorkflowRun>> ListStaleAsync(TimeSpan olderThan, CancellationToken ct = default) =>
        await _database.QueryAsync(
            SweepSql.ListStale,
            new StoreParameters { ["before"] = _time.GetUtcNow() - olderThan },
            WorkflowRun.Read,
            ct).ConfigureAwait(false);

    private Task<bool> InsertAsync(WorkflowRun run, IdempotencyKey? key, CancellationToken ct) => _database.ExecuteAsync(
        RunSql.Submit,
        new StoreParameters
        {
            ["run"] = run.Id,
            ["tenant"] = run.TenantId,
            ["workflow"] = run.WorkflowId,
            ["state"] = run.Status.ToName(),
            ["payload"] = run.Input,
            ["result"] = run.Output,
            ["fault"] = run.Error,
            ["claims"] = run.Attempts,
            ["created"] = run.CreatedAt,
            ["enqueued"] = run.EnqueuedAt,
            ["since"] = run.StartedAt,
            ["till"] = run.CompletedAt,
            ["parked"] = run.Parks,
            ["parent"] = run.ParentRunId,
            ["deadline"] = run.DeadlineAt,
            ["job"] = run.JobId,
            ["definition"] = run.DefinitionVersion,
            ["key"] = key?.Key,
            ["hash"] = key?.RequestHash,
        },
        ct);
}
