using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using StackExchange.Redis;
using WorkflowAspire.BullMQ.Adding;
using WorkflowAspire.BullMQ.Protocol;

namespace WorkflowAspire.BullMQ;

/// <summary>
/// A BullMQ queue: adds jobs, looks at them, moves and removes them, pauses and resumes. Thread-safe; it uses the given connection and owns none.
/// </summary>
/// <remarks>Every method throws <see cref="RedisException"/> where Redis can't be reached or refuses, and <see cref="RedisTimeoutException"/> where it doesn't answer in time.</remarks>
public sealed partial class Queue
{
    private const int JobsPerBulkCall = 1000;
    private static readonly JobOptions BullDefaults = new();

    private readonly IConnectionMultiplexer _redis;
    private readonly QueueOptions _options;
    private readonly TimeProvider _time;
    private readonly QueueKeys _keys;
    private readonly QueueConnection _connection;
    private readonly AddPipeline _adds;

    /// <summary>Opens a queue; nothing is written before the first job is added.</summary>
    /// <param name="name">The queue's name, without ':'.</param>
    /// <param name="redis">The connection to use.</param>
    /// <param name="options">Key prefix and defaults; null for BullMQ's.</param>
    /// <param name="timeProvider">The clock; null for the system's.</param>
    /// <exception cref="ArgumentException">The name is empty or has a colon, a default option of jobs is outside its range, or Redis is a cluster and the prefix has no hash tag; the message names it.</exception>
    public Queue(string name, IConnectionMultiplexer redis, QueueOptions? options = null, TimeProvider? timeProvider = null)
    {
        QueueKeys.Validate(name, nameof(name));
        ArgumentNullException.ThrowIfNull(redis);
        Name = name;
        _redis = redis;
        _options = options ?? new QueueOptions();
        _options.DefaultJobOptions?.Validate();
        _time = timeProvider ?? TimeProvider.System;
        _keys = new QueueKeys(_options.Prefix, name);
        _keys.ValidateSlot(redis);
        _connection = new QueueConnection(_keys, redis.GetDatabase(), _time);
        if (_options.MaxLenEvents is { } most) ArgumentOutOfRangeException.ThrowIfLessThan(most, 1, nameof(options));
        _adds = new AddPipeline(_connection, _options.MaxLenEvents);
    }

    /// <summary>The queue's name.</summary>
    public string Name { get; }

    private IDatabase Database => _connection.Database;

    /// <summary>Adds a job; one whose id exists already is left as it is.</summary>
    /// <param name="name">The job's name.</param>
    /// <param name="data">The payload: UTF-8 JSON, stored byte for byte.</param>
    /// <param name="options">Attempts, delay and so on; null for the queue's defaults.</param>
    /// <param name="ct">Ends the wait; a job that is on its way by then is added all the same.</param>
    /// <remarks>
    /// While Redis is away this throws once the client's timeout has passed, or at once where the connection breaks under the call. The job may or may not
    /// have been added then; adding it again with the same <see cref="JobOptions.JobId"/> is harmless.
    /// </remarks>
    /// <exception cref="ArgumentException">An option is outside its range; the message names it.</exception>
    /// <exception cref="InvalidOperationException">The parent it is added for does not exist, or the job exists as another parent's child.</exception>
    /// <exception cref="RedisConnectionException">Redis can't be reached.</exception>
    /// <exception cref="RedisTimeoutException">Redis did not answer within the client's timeout.</exception>
    /// <exception cref="RedisServerException">Redis refuses the job, for example because its memory is full (<c>OOM</c>) or the user lacks a right (<c>NOPERM</c>).</exception>
    public async Task<Job> AddAsync(string name, ReadOnlyMemory<byte> data, JobOptions? options = null, CancellationToken ct = default)
    {
        ct.ThrowIfCancellationRequested();
        var job = new NewJob(name, data, options);
        return await (BullMQTelemetry.IsTracing ? AddTracedAsync(job) : _adds.AddAsync(Prepare(job))).WaitAsync(ct).ConfigureAwait(false);
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
        return await (BullMQTelemetry.IsTracing ? AddBulkTracedAsync([.. jobs], ct) : SendBulkAsync(jobs.Select(Prepare).ToArray(), ct)).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<Job>> SendBulkAsync(PendingAdd[] adds, CancellationToken ct)
    {
        foreach (var call in adds.Chunk(JobsPerBulkCall)) await _adds.SendAsync(call).WaitAsync(ct).ConfigureAwait(false);
        return await Task.WhenAll(adds.Select(add => add.Added)).WaitAsync(ct).ConfigureAwait(false);
    }

    private PendingAdd Prepare(NewJob job)
    {
        ArgumentNullException.ThrowIfNull(job.Name, nameof(job));
        var options = (job.Options ?? BullDefaults).WithDefaults(_options.DefaultJobOptions);
        options.Validate();
        options.ValidateSize(job.Name, job.Data.Length, nameof(JobOptions.SizeLimit));
        CheckParent(options);
        return new PendingAdd(job, options, _time.GetUtcNow());
    }

    private Task<RedisResult> RunAsync(Script script, CancellationToken ct, params ReadOnlySpan<RedisValue> arguments)
    {
        ct.ThrowIfCancellationRequested();
        return _connection.RunAsync(script, arguments).WaitAsync(ct);
    }
}
