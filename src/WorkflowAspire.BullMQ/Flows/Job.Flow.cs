using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using StackExchange.Redis;
using WorkflowAspire.BullMQ.Protocol;
using WorkflowAspire.BullMQ.Telemetry;

namespace WorkflowAspire.BullMQ;

// The job as a parent or a child.
public sealed partial class Job
{
    /// <summary>The full key of the parent, for example <c>bull:orders:1</c>; null for a job without one.</summary>
    public string? ParentKey { get; internal set; }

    /// <summary>The parent and what this job's failure does to it; null for a job without one.</summary>
    public ParentKeys? Parent { get; internal set; }

    /// <summary>The name of the job's queue with its prefix, for example <c>bull:orders</c>: how <see cref="ParentOptions"/> name it.</summary>
    public string QueueQualifiedName => _connection.Keys.QualifiedName;

    private RedisKey Children(string kind) => $"{_connection.Keys.Base}{Id}:{kind}";

    /// <summary>The parent as it is now; null for a job without one, or whose parent is gone.</summary>
    public async Task<Job?> GetParentAsync(CancellationToken ct = default) =>
        ParentKey is { } key ? await JobKey.ReadAsync(_connection, key, ct).ConfigureAwait(false) : null;

    /// <summary>What the children that completed have returned, by the children's keys: UTF-8 JSON.</summary>
    public async Task<IReadOnlyDictionary<string, ReadOnlyMemory<byte>>> GetChildrenValuesAsync(CancellationToken ct = default) =>
        Values(await _connection.Database.HashGetAllAsync(Children("processed")).WaitAsync(ct).ConfigureAwait(false));

    /// <summary>What the children that completed have returned, by the children's keys.</summary>
    /// <param name="typeInfo">How a child's result is read from JSON.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="JsonException">A result is not JSON of that form.</exception>
    public async Task<IReadOnlyDictionary<string, T?>> GetChildrenValuesAsync<T>(JsonTypeInfo<T> typeInfo, CancellationToken ct = default) =>
        (await GetChildrenValuesAsync(ct).ConfigureAwait(false)).ToDictionary(child => child.Key, child => JsonSerializer.Deserialize(child.Value.Span, typeInfo));

    /// <summary>Why children failed that the job goes on without (<c>ignoreDependencyOnFailure</c>, <c>continueParentOnFailure</c>), by the children's keys.</summary>
    public async Task<IReadOnlyDictionary<string, string>> GetIgnoredChildrenFailuresAsync(CancellationToken ct = default) =>
        Reasons(await _connection.Database.HashGetAllAsync(Children("failed")).WaitAsync(ct).ConfigureAwait(false));

    /// <summary>The former name of <see cref="GetIgnoredChildrenFailuresAsync"/>.</summary>
    public Task<IReadOnlyDictionary<string, string>> GetFailedChildrenValuesAsync(CancellationToken ct = default) => GetIgnoredChildrenFailuresAsync(ct);

    /// <summary>The job's children.</summary>
    /// <param name="options">Pages of some kinds; null for all children of every kind.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<JobDependencies> GetDependenciesAsync(DependenciesOptions? options = null, CancellationToken ct = default)
    {
        if (options is not null && !options.IsEmpty) return await PageAsync(options).WaitAsync(ct).ConfigureAwait(false);
        var database = _connection.Database;
        var (processed, unprocessed) = (database.HashGetAllAsync(Children("processed")), database.SetMembersAsync(Children("dependencies")));
        var (ignored, failed) = (database.HashGetAllAsync(Children("failed")), database.SortedSetRangeByRankAsync(Children("unsuccessful")));
        await Task.WhenAll(processed, unprocessed, ignored, failed).WaitAsync(ct).ConfigureAwait(false);
        return new JobDependencies
        {
            Processed = Values(await processed.ConfigureAwait(false)),
            Unprocessed = Keys(await unprocessed.ConfigureAwait(false)),
            Ignored = Reasons(await ignored.ConfigureAwait(false)),
            Failed = Keys(await failed.ConfigureAwait(false)),
        };
    }

    /// <summary>How many children the job has of each kind.</summary>
    public async Task<DependenciesCount> GetDependenciesCountAsync(CancellationToken ct = default)
    {
        var database = _connection.Database;
        var counts = await Task.WhenAll(
            database.HashLengthAsync(Children("processed")), database.SetLengthAsync(Children("dependencies")),
            database.HashLengthAsync(Children("failed")), database.SortedSetLengthAsync(Children("unsuccessful"))).WaitAsync(ct).ConfigureAwait(false);
        return new DependenciesCount(counts[0], counts[1], counts[2], counts[3]);
    }

    /// <summary>Parts this job from its parent, which no longer waits for it. The job itself stays where it is.</summary>
    /// <returns>False where the parent does not wait for the job: it has no parent, or has finished.</returns>
    /// <exception cref="InvalidOperationException">The job or the parent does not exist.</exception>
    public async Task<bool> RemoveChildDependencyAsync(CancellationToken ct = default)
    {
        if (ParentKey is not { } parentKey) return false;
        var result = (long)await _connection.RunAsync(Script.RemoveChildDependency, Id, parentKey).WaitAsync(ct).ConfigureAwait(false);
        if (result == -1) throw new InvalidOperationException($"Job '{Id}' of '{QueueQualifiedName}' can't be parted from its parent: it does not exist any more.");
        if (result < 0) throw new InvalidOperationException($"Job '{Id}' of '{QueueQualifiedName}' can't be parted from its parent: '{parentKey}' does not exist any more.");
        if (result != 0) return false;
        (ParentKey, Parent) = (null, null);
        return true;
    }

    /// <summary>Removes the children that the job waits for, and theirs; those that failed or that a worker is processing stay.</summary>
    /// <remarks>One script does it: a job with many thousand children blocks the server meanwhile.</remarks>
    public Task RemoveUnprocessedChildrenAsync(CancellationToken ct = default) =>
        _connection.RunAsync(Script.RemoveUnprocessedChildren, Id).WaitAsync(ct);

    /// <summary>Parks this job, which is being processed, until its children have finished. Throw <see cref="WaitingChildrenError"/> after it.</summary>
    /// <param name="options">Whether to wait for one child only; null for all of them.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>False where there is nothing to wait for: the job stays active, and its processor goes on.</returns>
    /// <exception cref="UnrecoverableError">A child failed that fails this job: let the error end the attempt.</exception>
    /// <exception cref="InvalidOperationException">The job is not this worker's: it is gone, not active, or its lock is lost.</exception>
    public async Task<bool> MoveToWaitingChildrenAsync(MoveToWaitingChildrenOptions? options = null, CancellationToken ct = default)
    {
        if (Token is not { } token)
            throw new InvalidOperationException($"Job '{Id}' of '{QueueQualifiedName}' was not taken by a worker; only the processor that was given a job can park it.");
        options?.Child?.Validate(nameof(options));
        var result = (long)await _connection.RunAsync(Script.MoveToWaitingChildren, Id, token, options?.Child?.Key ?? "").WaitAsync(ct).ConfigureAwait(false);
        IsParked = result == 0;
        if (IsParked) JobMetrics.CountMoved(QueueName, this, JobState.WaitingChildren, _connection.Time);
        return result switch
        {
            0 => true,
            1 => false,
            -9 => throw new UnrecoverableError(Processing.Refusal.FailedChildren(Id, "moveToWaitingChildren")),
            _ => throw new InvalidOperationException($"Job '{Id}' of '{QueueQualifiedName}' could not be parked: {Processing.Refusal.Describe(result)}."),
        };
    }

    private async Task<JobDependencies> PageAsync(DependenciesOptions options)
    {
        var processed = ScanAsync("HSCAN", "processed", options.Processed);
        var unprocessed = ScanAsync("SSCAN", "dependencies", options.Unprocessed);
        var ignored = ScanAsync("HSCAN", "failed", options.Ignored);
        RedisValue[] failed = options.Failed is { } page
            ? await _connection.Database.SortedSetRangeByRankAsync(Children("unsuccessful"), page.Cursor, page.Cursor + page.Count - 1).ConfigureAwait(false)
            : [];
        return new JobDependencies
        {
            Processed = Values(Entries((await processed.ConfigureAwait(false)).Found)),
            NextProcessedCursor = (await processed.ConfigureAwait(false)).Next,
            Unprocessed = Keys((await unprocessed.ConfigureAwait(false)).Found),
            NextUnprocessedCursor = (await unprocessed.ConfigureAwait(false)).Next,
            Ignored = Reasons(Entries((await ignored.ConfigureAwait(false)).Found)),
            NextIgnoredCursor = (await ignored.ConfigureAwait(false)).Next,
            Failed = Keys(failed),
            NextFailedCursor = options.Failed is { } asked ? asked.Cursor + asked.Count : null,
        };
    }

    // The client's own scan goes on to the end; this is one step of it, as a page.
    private async Task<(RedisValue[] Found, long? Next)> ScanAsync(string command, string kind, DependenciesPage? page)
    {
        if (page is null) return ([], null);
        var reply = (RedisResult[])(await _connection.Database.ExecuteAsync(command, Children(kind), page.Cursor, "COUNT", page.Count).ConfigureAwait(false))!;
        return ((RedisValue[])reply[1]!, long.Parse((string)reply[0]!, CultureInfo.InvariantCulture));
    }

    private static HashEntry[] Entries(RedisValue[] flat) => [.. flat.Chunk(2).Select(pair => new HashEntry(pair[0], pair[1]))];

    private static Dictionary<string, ReadOnlyMemory<byte>> Values(HashEntry[] children) =>
        children.ToDictionary(child => child.Name.ToString(), child => (ReadOnlyMemory<byte>)child.Value);

    private static Dictionary<string, string> Reasons(HashEntry[] children) =>
        children.ToDictionary(child => child.Name.ToString(), child => child.Value.ToString());

    private static string[] Keys(RedisValue[] children) => [.. children.Select(child => child.ToString())];
}
