using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using StackExchange.Redis;
using WorkflowAspire.BullMQ.Adding;
using WorkflowAspire.BullMQ.Protocol;

namespace WorkflowAspire.BullMQ;

/// <summary>
/// A BullMQ queue: adds jobs, looks at them, pauses and resumes. Thread-safe; it uses the given connection and owns none.
/// </summary>
/// <remarks>Every method throws <see cref="RedisException"/> where Redis can't be reached or refuses.</remarks>
public sealed class Queue
{
    private const int JobsPerBulkCall = 1000;

    private readonly IConnectionMultiplexer _redis;
    private readonly QueueOptions _options;
    private readonly TimeProvider _time;
    private readonly QueueKeys _keys;
    private readonly AddPipeline _adds;

    /// <summary>Opens a queue; nothing is written before the first job is added.</summary>
    /// <param name="name">The queue's name, without ':'.</param>
    /// <param name="redis">The connection to use.</param>
    /// <param name="options">Key prefix and defaults; null for BullMQ's.</param>
    /// <param name="timeProvider">The clock; null for the system's.</param>
    /// <exception cref="ArgumentException">The name is empty or has a colon.</exception>
    public Queue(string name, IConnectionMultiplexer redis, QueueOptions? options = null, TimeProvider? timeProvider = null)
    {
        QueueKeys.Validate(name, nameof(name));
        ArgumentNullException.ThrowIfNull(redis);
        Name = name;
        _redis = redis;
        _options = options ?? new QueueOptions();
        _time = timeProvider ?? TimeProvider.System;
        _keys = new QueueKeys(_options.Prefix, name);
        _adds = new AddPipeline(_keys, redis, _time);
    }

    /// <summary>The queue's name.</summary>
    public string Name { get; }

    private IDatabase Database => _redis.GetDatabase();

    /// <summary>Adds a job; one whose id exists already is left as it is.</summary>
    /// <param name="name">The job's name.</param>
    /// <param name="data">The payload: UTF-8 JSON, stored byte for byte.</param>
    /// <param name="options">Attempts, delay and so on; null for the queue's defaults.</param>
    /// <param name="ct">Ends the wait; a job that is on its way by then is added all the same.</param>
    /// <exception cref="ArgumentException">An option is outside its range; the message names it.</exception>
    public async Task<Job> AddAsync(string name, ReadOnlyMemory<byte> data, JobOptions? options = null, CancellationToken ct = default)
    {
        ct.ThrowIfCancellationRequested();
        return await _adds.AddAsync(Prepare(new NewJob(name, data, options))).WaitAsync(ct).ConfigureAwait(false);
    }

    /// <inheritdoc cref="AddAsync(string, ReadOnlyMemory{byte}, JobOptions, CancellationToken)"/>
    /// <param name="name">The job's name.</param>
    /// <param name="data">The payload.</param>
    /// <param name="typeInfo">How the payload is written as JSON.</param>
    /// <param name="options">Attempts, delay and so on; null for the queue's defaults.</param>
    /// <param name="ct">Ends the wait; a job that is on its way by then is added all the same.</param>
    public Task<Job> AddAsync<T>(string name, T data, JsonTypeInfo<T> typeInfo, JobOptions? options = null, CancellationToken ct = default) =>
        AddAsync(name, JsonSerializer.SerializeToUtf8Bytes(data, typeInfo), options, ct);

    /// <summary>Adds many jobs, in their order.</summary>
    /// <remarks>Up to 1000 are added in one script call: workers see all of them or none. More go in several such calls.</remarks>
    /// <param name="jobs">The jobs.</param>
    /// <param name="ct">Ends the wait; jobs that are on their way by then are added all the same.</param>
    /// <returns>The jobs as they were added, in the same order.</returns>
    /// <exception cref="ArgumentException">An option of a job is outside its range; the message names it, and no job was added.</exception>
    public async Task<IReadOnlyList<Job>> AddBulkAsync(IEnumerable<NewJob> jobs, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        ct.ThrowIfCancellationRequested();
        var adds = jobs.Select(Prepare).ToArray();
        foreach (var call in adds.Chunk(JobsPerBulkCall)) await _adds.SendAsync(call).WaitAsync(ct).ConfigureAwait(false);
        return await Task.WhenAll(adds.Select(add => add.Added)).WaitAsync(ct).ConfigureAwait(false);
    }

    /// <summary>The job of this id, or null.</summary>
    public async Task<Job?> GetJobAsync(string jobId, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(jobId);
        return Read(jobId, await Database.HashGetAllAsync(_keys.Job(jobId)).WaitAsync(ct).ConfigureAwait(false));
    }

    /// <summary>Where a job is now.</summary>
    public async Task<JobState> GetJobStateAsync(string jobId, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(jobId);
        return JobStateNames.Parse((string?)await RunAsync(Script.GetState, ct, jobId).ConfigureAwait(false));
    }

    /// <summary>How many jobs are in each state.</summary>
    public async Task<IReadOnlyDictionary<JobState, long>> GetJobCountsAsync(CancellationToken ct = default)
    {
        var database = Database;
        var states = Enum.GetValues<JobState>().Where(state => state != JobState.Unknown).ToArray();
        var counts = await Task.WhenAll(states.Select(state => state.IsList()
            ? database.ListLengthAsync(_keys.Of(state.KeyPart()))
            : database.SortedSetLengthAsync(_keys.Of(state.KeyPart())))).WaitAsync(ct).ConfigureAwait(false);
        return states.Zip(counts).ToDictionary(pair => pair.First, pair => pair.Second);
    }

    /// <summary>The jobs of the given states, newest first, one state after the other.</summary>
    /// <param name="states">The states to look at.</param>
    /// <param name="start">The first position in each state, from 0; negative counts from the end.</param>
    /// <param name="end">The last position in each state; -1 for the end.</param>
    /// <param name="ascending">Oldest first instead; positions count from there.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<IReadOnlyList<Job>> GetJobsAsync(
        IReadOnlyCollection<JobState> states, int start = 0, int end = -1, bool ascending = false, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(states);
        var database = Database;
        var ranges = await Task.WhenAll(states.Select(state => RangeAsync(database, state, start, end, ascending))).WaitAsync(ct).ConfigureAwait(false);
        var ids = ranges.SelectMany(range => range).Distinct().ToArray();
        var hashes = await Task.WhenAll(ids.Select(id => database.HashGetAllAsync(_keys.Job(id!)))).WaitAsync(ct).ConfigureAwait(false);
        // A job may have been removed since its id was read.
        return [.. ids.Zip(hashes).Select(pair => Read(pair.First!, pair.Second)).OfType<Job>()];
    }

    /// <summary>Stops all workers of the queue from taking jobs; running ones finish and new ones may be added.</summary>
    public Task PauseAsync(CancellationToken ct = default) => RunAsync(Script.Pause, ct);

    /// <summary>Lets the workers take jobs again.</summary>
    public async Task ResumeAsync(CancellationToken ct = default)
    {
        while ((long)await RunAsync(Script.Resume, ct).ConfigureAwait(false) > 0)
        {
        }
    }

    /// <summary>Whether the queue is paused.</summary>
    public Task<bool> IsPausedAsync(CancellationToken ct = default) => Database.HashExistsAsync(_keys.Meta, "paused").WaitAsync(ct);

    /// <summary>The workers that are connected for this queue, Node's included.</summary>
    /// <remarks>Servers that hide <c>CLIENT LIST</c> throw <see cref="RedisServerException"/>.</remarks>
    public async Task<IReadOnlyList<WorkerInfo>> GetWorkersAsync(CancellationToken ct = default)
    {
        var workers = new List<WorkerInfo>();
        foreach (var server in _redis.GetServers().Where(server => server is { IsConnected: true, IsReplica: false }))
        {
            foreach (var client in await server.ClientListAsync().WaitAsync(ct).ConfigureAwait(false))
            {
                if (client.Name is not { } name || !name.StartsWith(_keys.ClientName, StringComparison.Ordinal)) continue;
                var suffix = name[_keys.ClientName.Length..];
                if (suffix.Length > 0 && !suffix.StartsWith(":w:", StringComparison.Ordinal)) continue;
                workers.Add(new WorkerInfo(client.Id.ToString(CultureInfo.InvariantCulture), suffix.Length > 0 ? suffix[3..] : null,
                    client.Address?.ToString() ?? "", TimeSpan.FromSeconds(client.AgeSeconds), TimeSpan.FromSeconds(client.IdleSeconds)));
            }
        }

        return workers;
    }

    /// <summary>Lets a finished job be processed again.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="state">The state it is in: failed or completed.</param>
    /// <param name="resetAttemptsMade">Gives it all its attempts again.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="ArgumentOutOfRangeException">The state is not a finished one.</exception>
    public async Task<RetryResult> RetryJobAsync(
        string jobId, JobState state = JobState.Failed, bool resetAttemptsMade = false, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(jobId);
        if (state is not (JobState.Failed or JobState.Completed))
            throw new ArgumentOutOfRangeException(nameof(state), state, "Only failed and completed jobs can be retried.");
        if (await GetJobAsync(jobId, ct).ConfigureAwait(false) is not { } job) return RetryResult.Missing;
        var result = (long)await RunAsync(Script.Reprocess, ct, jobId, state.ToBullName(), resetAttemptsMade ? 1 : 0, job.Options.Lifo ? 1 : 0).ConfigureAwait(false);
        return result switch { 1 => RetryResult.Retried, -1 => RetryResult.Missing, _ => RetryResult.NotInState };
    }

    /// <summary>Removes a job and its logs, whatever its state.</summary>
    /// <returns>False where the queue has no such job or a worker is processing it.</returns>
    public async Task<bool> RemoveJobAsync(string jobId, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(jobId);
        return (long)await RunAsync(Script.Remove, ct, jobId).ConfigureAwait(false) == 1;
    }

    private PendingAdd Prepare(NewJob job)
    {
        ArgumentNullException.ThrowIfNull(job.Name, nameof(job));
        var options = job.Options ?? _options.DefaultJobOptions ?? new JobOptions();
        options.Validate();
        return new PendingAdd(job, options, _time.GetUtcNow());
    }

    private Task<RedisResult> RunAsync(Script script, CancellationToken ct, params ReadOnlySpan<RedisValue> arguments)
    {
        ct.ThrowIfCancellationRequested();
        return script.RunAsync(Database, _keys.All, [_keys.Base, _time.GetUtcNow().ToUnixTimeMilliseconds(), .. arguments]).WaitAsync(ct);
    }

    private async Task<RedisValue[]> RangeAsync(IDatabase database, JobState state, int start, int end, bool ascending)
    {
        var key = _keys.Of(state.KeyPart());
        if (!state.IsList())
            return await database.SortedSetRangeByRankAsync(key, start, end, ascending ? Order.Ascending : Order.Descending).ConfigureAwait(false);
        // New jobs enter lists on the left, so the oldest is the last.
        if (!ascending) return await database.ListRangeAsync(key, start, end).ConfigureAwait(false);
        var range = await database.ListRangeAsync(key, -(end + 1), -(start + 1)).ConfigureAwait(false);
        Array.Reverse(range);
        return range;
    }

    private static Job? Read(string jobId, HashEntry[] hash)
    {
        if (hash.Length == 0) return null;
        var fields = new RedisValue[hash.Length * 2];
        for (var i = 0; i < hash.Length; i++) (fields[2 * i], fields[(2 * i) + 1]) = (hash[i].Name, hash[i].Value);
        return JobHash.Read(jobId, fields);
    }
}
