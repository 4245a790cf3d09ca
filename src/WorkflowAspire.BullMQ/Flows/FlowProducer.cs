using System.Diagnostics;
using StackExchange.Redis;
using WorkflowAspire.BullMQ.Protocol;
using WorkflowAspire.BullMQ.Telemetry;

namespace WorkflowAspire.BullMQ;

/// <summary>
/// Adds flows: trees of jobs in one or several queues, each of which waits for its children. Thread-safe; it uses the given
/// connection and owns none.
/// </summary>
/// <remarks>
/// In a Redis Cluster all queues of a flow must lie in one slot: give them a prefix with a hash tag. Every method throws
/// <see cref="RedisException"/> where Redis can't be reached or refuses.
/// </remarks>
public sealed class FlowProducer
{
    private readonly IDatabase _database;
    private readonly FlowProducerOptions _options;
    private readonly TimeProvider _time;

    /// <summary>Opens a producer; nothing is written before the first flow is added.</summary>
    /// <param name="redis">The connection to use.</param>
    /// <param name="options">The key prefix; null for BullMQ's.</param>
    /// <param name="timeProvider">The clock; null for the system's.</param>
    public FlowProducer(IConnectionMultiplexer redis, FlowProducerOptions? options = null, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(redis);
        _database = redis.GetDatabase();
        _options = options ?? new FlowProducerOptions();
        _time = timeProvider ?? TimeProvider.System;
    }

    /// <summary>Adds a flow in one script call: workers see all of its jobs or none.</summary>
    /// <remarks>
    /// A job without an id of its own gets a UUID. One whose id exists already is left as it is and becomes the parent's child; if
    /// it has completed, its result counts.
    /// </remarks>
    /// <param name="flow">The job that is processed last, with its children. Its options may name a parent that exists.</param>
    /// <param name="options">Options of the jobs of each queue.</param>
    /// <param name="ct">Ends the wait; a flow that is on its way by then is added all the same.</param>
    /// <exception cref="ArgumentException">A name or an option is not valid; the message names it, and nothing was added.</exception>
    /// <exception cref="InvalidOperationException">
    /// The queues are in different slots of a cluster (nothing was added), or a job could not become a child: its parent does not
    /// exist, or it is the child of another that does. The other jobs of the flow are added then, and the parent stays parked.
    /// </exception>
    public async Task<JobNode> AddAsync(FlowJob flow, FlowOptions? options = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(flow);
        return await OperationActivity.RunAsync("addFlow", flow.QueueName, async activity =>
        {
            activity?.SetTag(TelemetryAttributes.FlowName, flow.Name);
            return (await AddAsync([flow], options, ct).ConfigureAwait(false))[0];
        }, ActivityKind.Producer).ConfigureAwait(false);
    }

    /// <summary>Adds several flows in one script call, so that workers see all of their jobs or none.</summary>
    /// <param name="flows">The flows.</param>
    /// <param name="ct">Ends the wait; flows that are on their way by then are added all the same.</param>
    /// <inheritdoc cref="AddAsync(FlowJob, FlowOptions, CancellationToken)"/>
    public Task<IReadOnlyList<JobNode>> AddBulkAsync(IEnumerable<FlowJob> flows, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(flows);
        FlowJob[] all = [.. flows];
        return OperationActivity.RunAsync("addBulkFlows", "", activity =>
        {
            if (activity is { IsAllDataRequested: true })
                activity.SetTag(TelemetryAttributes.BulkCount, all.Length).SetTag(TelemetryAttributes.BulkNames, string.Join(',', all.Select(flow => flow?.Name)));
            return AddAsync(all, null, ct);
        }, ActivityKind.Producer);
    }

    /// <summary>Reads a flow from a job downwards.</summary>
    /// <param name="id">The job to begin with.</param>
    /// <param name="queueName">Its queue, without prefix.</param>
    /// <param name="prefix">What the keys of its queue begin with; null for the producer's prefix.</param>
    /// <param name="depth">How many levels to read, the first included.</param>
    /// <param name="maxChildren">About how many children of each kind (completed, waited for, failed, ignored) to read of a job; Redis gives all where they are few.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The job with its children; null where there is no such job. Children that are gone are left out.</returns>
    /// <exception cref="ArgumentException">The id or the queue's name is empty, or a number is less than 1.</exception>
    public async Task<JobNode?> GetFlowAsync(
        string id, string queueName, string? prefix = null, int depth = 10, int maxChildren = 20, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        QueueKeys.Validate(queueName, nameof(queueName));
        ArgumentOutOfRangeException.ThrowIfLessThan(depth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxChildren, 1);
        var connection = new QueueConnection(new QueueKeys(prefix ?? _options.Prefix, queueName), _database, _time);
        return await GetAsync(connection, await JobKey.ReadAsync(connection, connection.Keys.Base + id, ct).ConfigureAwait(false), depth, maxChildren, ct).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<JobNode>> AddAsync(FlowJob[] flows, FlowOptions? options, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        return await new FlowTree(_database, _time, _options.Prefix, options).AddAsync(flows).WaitAsync(ct).ConfigureAwait(false);
    }

    private static async Task<JobNode?> GetAsync(QueueConnection near, Job? job, int depth, int maxChildren, CancellationToken ct)
    {
        if (job is null) return null;
        if (depth == 1) return new JobNode(job, []);
        var found = await job.GetDependenciesAsync(DependenciesOptions.First(maxChildren), ct).ConfigureAwait(false);
        string[] keys = [.. found.Processed.Keys, .. found.Unprocessed, .. found.Failed, .. found.Ignored.Keys];
        var children = await Task.WhenAll(keys.Select(async key =>
            await GetAsync(near, await JobKey.ReadAsync(near, key, ct).ConfigureAwait(false), depth - 1, maxChildren, ct).ConfigureAwait(false))).ConfigureAwait(false);
        return new JobNode(job, [.. children.OfType<JobNode>()]);
    }
}
