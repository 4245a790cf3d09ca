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
            if (await InsertAsync(run, key, ct).ConfigureAwait(false) == 1) return new Submission.Accepted(run);
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
    public async Task<bool> MarkEnqueuedAsync(Guid id, DateTimeOffset at, string? jobId = null, CancellationToken ct = default) =>
        await _database.ExecuteAsync(
            "UPDATE workflow_runs SET enqueued_at = @at, job_id = COALESCE(job_id, @job) WHERE id = @id AND enqueued_at IS NULL",
            new StoreParameters { ["id"] = id, ["at"] = at, ["job"] = jobId },
            ct).ConfigureAwait(false) == 1;

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
        var parameters = new StoreParameters { ["limit"] = limit + 1 };
        var conditions = new List<string>();
        void Where(string condition, string name, object value)
        {
            conditions.Add(condition);
            parameters[name] = value;
        }

        if (filter.TenantId is { } tenant) Where("tenant_id = @tenant", "tenant", tenant);
        if (filter.WorkflowId is { } workflow) Where("workflow_id = @workflow", "workflow", workflow);
        if (filter.Status is { } status) Where("status = @status", "status", status.ToName());
        if (cursor is not null)
        {
            var after = RunCursor.Parse(cursor);
            Where("(created_at, id) < (@created, @id)", "created", after.CreatedAt);
            parameters["id"] = after.Id;
        }

        var where = conditions.Count == 0 ? "" : $"WHERE {string.Join(" AND ", conditions)}";
        var runs = await _database.QueryAsync(
            $"{SelectNarrow} {where} ORDER BY created_at DESC, id DESC LIMIT @limit", parameters, WorkflowRun.Read, ct).ConfigureAwait(false);
        if (runs.Count <= limit) return new RunPage(runs, null);
        runs.RemoveAt(limit);
        return new RunPage(runs, new RunCursor(runs[^1].CreatedAt, runs[^1].Id).ToString());
    }

    /// <summary>The runs that are running and began longer ago than this, oldest first, without their inputs.</summary>
    public async Task<IReadOnlyList<WorkflowRun>> ListStaleAsync(TimeSpan olderThan, CancellationToken ct = default) =>
        await _database.QueryAsync(
            $"{SelectNarrow} WHERE status = 'running' AND started_at < @before ORDER BY started_at",
            new StoreParameters { ["before"] = _time.GetUtcNow() - olderThan },
            WorkflowRun.Read,
            ct).ConfigureAwait(false);

    private Task<int> InsertAsync(WorkflowRun run, IdempotencyKey? key, CancellationToken ct) => _database.ExecuteAsync(
        $"""
        INSERT INTO workflow_runs ({WorkflowRun.Columns}, idempotency_key, request_hash)
        VALUES (@id, @tenant, @workflow, @status, @input, @output, @error, @attempts, @created, @enqueued, @started, @completed, @parks, @parent, @deadline, @job, @definition, @key, @hash)
        ON CONFLICT (tenant_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING
        """,
        new StoreParameters
        {
            ["id"] = run.Id,
            ["tenant"] = run.TenantId,
            ["workflow"] = run.WorkflowId,
            ["status"] = run.Status.ToName(),
            ["input"] = run.Input,
            ["output"] = run.Output,
            ["error"] = run.Error,
            ["attempts"] = run.Attempts,
            ["created"] = run.CreatedAt,
            ["enqueued"] = run.EnqueuedAt,
            ["started"] = run.StartedAt,
            ["completed"] = run.CompletedAt,
            ["parks"] = run.Parks,
            ["parent"] = run.ParentRunId,
            ["deadline"] = run.DeadlineAt,
            ["job"] = run.JobId,
            ["definition"] = run.DefinitionVersion,
            ["key"] = key?.Key,
            ["hash"] = key?.RequestHash,
        },
        ct);
}
