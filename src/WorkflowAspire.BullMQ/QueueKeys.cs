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

    // What stands behind the id in the keys that are a job's own.
    private static readonly string[] OfJob = ["logs", "dependencies", "processed", "failed", "unsuccessful", "lock"];

    // Families of keys whose first part is no job's id; "metrics:failed" would look like a job's key.
    private static readonly string[] Families = ["de", "dn", "metrics"];

    public QueueKeys(string prefix, string queueName)
    {
        (Prefix, QueueName) = (prefix, queueName);
        QualifiedName = $"{prefix}:{queueName}";
        Base = $"{QualifiedName}:";
        All = [.. Declared.Select(part => (RedisKey)(Base + part))];
        Marker = Base + "marker";
        Meta = Base + "meta";
        // Node's getWorkers finds workers by this connection name.
        ClientName = $"{prefix}:{Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(queueName))}";
    }

    public string Prefix { get; }

    public string QueueName { get; }

    /// <summary>The queue's name with its prefix, as flows write it.</summary>
    public string QualifiedName { get; }

    /// <summary>What every key of the queue begins with, the last colon included.</summary>
    public string Base { get; }

    public RedisKey[] All { get; }

    public RedisKey Marker { get; }

    public RedisKey Meta { get; }

    public string ClientName { get; }

    /// <summary>All keys of the queue, for SCAN.</summary>
    public string Pattern => string.Concat(Base.Select(letter => letter is '*' or '?' or '[' or ']' or '\\' ? $"\\{letter}" : $"{letter}")) + "*";

    /// <summary>The id of the job that a key of the queue belongs to; null for the queue's own keys.</summary>
    public string? JobOf(RedisKey key)
    {
        var parts = key.ToString()[Base.Length..].Split(':', 2);
        if (parts[0].Length == 0 || IsReserved(parts[0]) || Families.Contains(parts[0])) return null;
        return parts.Length == 1 || OfJob.Contains(parts[1]) ? parts[0] : null;
    }

    /// <summary>Whether a job of this id would lie on a key of the queue itself.</summary>
    public static bool IsReserved(string jobId) => Array.IndexOf(Declared, jobId) >= 0;

    public RedisKey Of(string part) => Base + part;

    public RedisKey Job(string jobId) => Base + jobId;

    /// <exception cref="ArgumentException">In this cluster the keys are in more than one slot. A connection that has not found its servers yet is not refused.</exception>
    public void ValidateSlot(IConnectionMultiplexer redis)
    {
        if (redis.HashSlot(Meta) == redis.HashSlot(Marker)) return;
        throw new ArgumentException(
            $"The keys of a queue must be in one slot of a Redis Cluster; those of '{Base}' are in several. "
            + $"Put a hash tag in the prefix, for example '{{{Prefix}}}', on every producer and worker of the queue.", nameof(redis));
    }

    /// <exception cref="ArgumentException">The name is empty or has a colon, which separates the parts of a key.</exception>
    public static void Validate(string queueName, string parameterName)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(queueName, parameterName);
        if (queueName.Contains(':', StringComparison.Ordinal))
            throw new ArgumentException($"A queue name cannot contain ':', which separates the parts of a Redis key; got '{queueName}'.", parameterName);
    }
}
