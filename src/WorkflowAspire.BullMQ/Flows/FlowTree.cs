using System.Diagnostics;
using System.Text.Json;
using StackExchange.Redis;
using WorkflowAspire.BullMQ.Protocol;
using WorkflowAspire.BullMQ.Telemetry;

namespace WorkflowAspire.BullMQ;

/// <summary>Trees of jobs on their way into their queues, level by level: the roots first, then all their children, and so on.</summary>
internal sealed class FlowTree(IDatabase database, TimeProvider time, string prefix, FlowOptions? options)
{
    private const int ArgumentsPerJob = 12;

    private readonly List<Entry> _entries = [];
    private readonly List<QueueConnection> _queues = [];
    private readonly DateTimeOffset _now = time.GetUtcNow();

    /// <summary>Adds the trees in one script: workers see all of their jobs or none.</summary>
    public async Task<IReadOnlyList<JobNode>> AddAsync(IReadOnlyCollection<FlowJob> roots)
    {
        foreach (var root in roots) Enter(root, root.Options?.Parent);
        for (var at = 0; at < _entries.Count; at++)
        {
            var parent = _entries[at];
            parent.Children = [.. parent.Node.Children.Select(child => Enter(child, new ParentOptions(parent.Id, parent.Queue.Keys.QualifiedName)))];
        }

        if (roots.Count == 0) return [];
        var results = (RedisResult[])(await Script.AddFlow.RunAsync(database, [.. _queues.SelectMany(queue => queue.Keys.All)], Arguments()).ConfigureAwait(false))!;
        for (var i = 0; i < results.Length; i++)
        {
            ThrowIfRefused(_entries[i], results[i]);
            // Another one's, where that keeps the job out.
            _entries[i].Id = (string)results[i]!;
        }

        return [.. _entries.Take(roots.Count).Select(ToNode)];
    }

    private Entry Enter(FlowJob node, ParentOptions? parent)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(node.Name, nameof(node));
        QueueKeys.Validate(node.QueueName, nameof(node.QueueName));
        var own = node.Options ?? new JobOptions();
        if (options?.QueuesOptions.TryGetValue(node.QueueName, out var defaults) == true) own = own.WithDefaults(defaults);
        own = own with { Parent = parent };
        own.Validate();
        if (own.Deduplication is { } deduplication && node.Children.Count > 0)
            throw new ArgumentException($"A job with children cannot have deduplication, since they would wait for a job that was not added; job '{node.Name}' has the id '{deduplication.Id}'.", nameof(node));
        var id = own.JobId ?? Guid.NewGuid().ToString();
        var entry = new Entry(node, Traced(node, own, id), QueueOf(node)) { Id = id };
        if (parent is not null) SameSlot.Demand(database.Multiplexer, parent.Queue, entry.Queue.Keys.QualifiedName);
        SameSlot.Demand(database.Multiplexer, _queues[0].Keys.QualifiedName, entry.Queue.Keys.QualifiedName);
        _entries.Add(entry);
        return entry;
    }

    // Each job goes on with an activity of its own, as with Node's package.
    private static JobOptions Traced(FlowJob node, JobOptions own, string id)
    {
        using var activity = OperationActivity.Start("addNode", node.QueueName, ActivityKind.Producer)?.SetTag(TelemetryAttributes.JobName, node.Name).SetTag(TelemetryAttributes.JobId, id);
        return TraceMetadata.Carrying(own, TraceMetadata.OfCurrent(activity), keepsOwn: true);
    }

    private QueueConnection QueueOf(FlowJob node)
    {
        var keys = new QueueKeys(node.Prefix ?? prefix, node.QueueName);
        if (_queues.Find(queue => queue.Keys.Base == keys.Base) is { } known) return known;
        _queues.Add(new QueueConnection(keys, database, time));
        return _queues[^1];
    }

    private RedisValue[] Arguments()
    {
        var first = 3 + _queues.Count;
        var arguments = new RedisValue[first + (ArgumentsPerJob * _entries.Count)];
        (arguments[0], arguments[1], arguments[2]) = (_queues[0].Keys.Base, _now.ToUnixTimeMilliseconds(), _queues.Count);
        for (var i = 0; i < _queues.Count; i++) arguments[3 + i] = _queues[i].Keys.Base;
        for (var i = 0; i < _entries.Count; i++) Write(_entries[i], arguments.AsSpan(first + (ArgumentsPerJob * i), ArgumentsPerJob));
        return arguments;
    }

    private void Write(Entry entry, Span<RedisValue> arguments)
    {
        arguments[0] = _queues.IndexOf(entry.Queue) + 1;
        arguments[1] = entry.Children.Count > 0 ? 1 : 0;
        arguments[2] = entry.Id;
        arguments[3] = entry.Node.Name;
        arguments[4] = entry.Data;
        arguments[5] = JsonSerializer.SerializeToUtf8Bytes(entry.Options, BullMQJsonContext.Default.JobOptions);
        arguments[6] = (entry.Options.Timestamp ?? _now).ToUnixTimeMilliseconds();
        arguments[7] = (long)(entry.Options.Delay ?? TimeSpan.Zero).TotalMilliseconds;
        arguments[8] = entry.Options.Priority ?? 0;
        arguments[9] = entry.Options.Lifo == true ? 1 : 0;
        arguments[11] = entry.Options.Deduplication is { } rules ? JsonSerializer.SerializeToUtf8Bytes(rules, BullMQJsonContext.Default.DeduplicationOptions) : "";
        arguments[10] = ParentKeys.Of(entry.Options) is { } parent ? JsonSerializer.SerializeToUtf8Bytes(parent, BullMQJsonContext.Default.ParentKeys) : "";
    }

    private static void ThrowIfRefused(Entry entry, RedisResult result)
    {
        if (result.Resp2Type == ResultType.Array)
            throw new RedisServerException(RedisErrorKind.Unknown, CommandFlags.None, ((string[])result!)[0]);
        if (result.Resp2Type == ResultType.Integer) throw FlowRefusal.Of((long)result, entry.Queue.Keys, entry.Options);
    }

    private JobNode ToNode(Entry entry) => new(
        new Job(entry.Queue, entry.Id, entry.Node.Name)
        {
            Data = entry.Data,
            Options = entry.Options,
            Timestamp = entry.Options.Timestamp ?? _now,
            Delay = entry.Options.Delay ?? TimeSpan.Zero,
            Priority = entry.Options.Priority ?? 0,
            DeduplicationId = entry.Options.Deduplication?.Id,
            ParentKey = entry.Options.Parent?.Key,
            Parent = ParentKeys.Of(entry.Options),
        },
        [.. entry.Children.Select(ToNode)]);

    private sealed record Entry(FlowJob Node, JobOptions Options, QueueConnection Queue)
    {
        public required string Id { get; set; }

        public IReadOnlyList<Entry> Children { get; set; } = [];

        public ReadOnlyMemory<byte> Data => Node.Data.IsEmpty ? "{}"u8.ToArray() : Node.Data;
    }
}
