using StackExchange.Redis;

namespace WorkflowAspire.BullMQ;

/// <summary>The Redis keys of one queue: <c>{prefix}:{queue}:{part}</c>.</summary>
internal sealed class QueueKeys
{
    // The order is the one that Scripts/Parts/Queue.lua reads.
    private static readonly string[] Declared =
    [
        "wait", "paused", "active", "delayed", "prioritized", "completed", "failed", "waiting-children",
        "meta", "id", "marker", "events", "stalled", "stalled-check", "limiter", "pc", "repeat",
    ];

    public QueueKeys(string prefix, string queueName)
    {
        (Prefix, QueueName) = (prefix, queueName);
        Base = $"{prefix}:{queueName}:";
        All = [.. Declared.Select(part => (RedisKey)(Base + part))];
        Marker = Base + "marker";
        Meta = Base + "meta";
        // Node's getWorkers finds workers by this connection name.
        ClientName = $"{prefix}:{Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(queueName))}";
    }

    public string Prefix { get; }

    public string QueueName { get; }

    /// <summary>What every key of the queue begins with, the last colon included.</summary>
    public string Base { get; }

    public RedisKey[] All { get; }

    public RedisKey Marker { get; }

    public RedisKey Meta { get; }

    public string ClientName { get; }

    /// <summary>Whether a job of this id would lie on a key of the queue itself.</summary>
    public static bool IsReserved(string jobId) => Array.IndexOf(Declared, jobId) >= 0;

    public RedisKey Of(string part) => Base + part;

    public RedisKey Job(string jobId) => Base + jobId;

    /// <exception cref="ArgumentException">The name is empty or has a colon, which separates the parts of a key.</exception>
    public static void Validate(string queueName, string parameterName)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(queueName, parameterName);
        if (queueName.Contains(':', StringComparison.Ordinal))
            throw new ArgumentException($"A queue name cannot contain ':', which separates the parts of a Redis key; got '{queueName}'.", parameterName);
    }
}
