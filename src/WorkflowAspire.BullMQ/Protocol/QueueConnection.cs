using StackExchange.Redis;

namespace WorkflowAspire.BullMQ.Protocol;

/// <summary>One queue on one server: runs the scripts with the queue's keys, its prefix and the time.</summary>
internal sealed class QueueConnection(QueueKeys keys, IDatabase database, TimeProvider time)
{
    public QueueKeys Keys => keys;

    public IConnectionMultiplexer Redis => database.Multiplexer;

    public TimeProvider Time => time;

    public IDatabase Database => database;

    /// <summary>Fills up the queue's rate limit for a time.</summary>
    public Task RateLimitAsync(TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.FromMilliseconds(1));
        // Node's Number.MAX_SAFE_INTEGER: more than any limit.
        return database.StringSetAsync(keys.Of("limiter"), 9007199254740991, TimeSpan.FromMilliseconds(Math.Floor(duration.TotalMilliseconds)));
    }

    /// <summary>Runs a script; its first two arguments, prefix and now, are put before the given ones.</summary>
    public Task<RedisResult> RunAsync(Script script, params ReadOnlySpan<RedisValue> arguments) =>
        script.RunAsync(database, keys.All, [keys.Base, time.GetUtcNow().ToUnixTimeMilliseconds(), .. arguments]);

    /// <summary>Runs a script that needs keys beside the queue's own; they come after those.</summary>
    public Task<RedisResult> RunAsync(Script script, ReadOnlySpan<RedisKey> furtherKeys, params ReadOnlySpan<RedisValue> arguments) =>
        script.RunAsync(database, furtherKeys.IsEmpty ? keys.All : [.. keys.All, .. furtherKeys], [keys.Base, time.GetUtcNow().ToUnixTimeMilliseconds(), .. arguments]);
}
