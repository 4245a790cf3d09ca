using StackExchange.Redis;

namespace WorkflowAspire.BullMQ.Protocol;

/// <summary>One queue on one server: runs the scripts with the queue's keys, its prefix and the time.</summary>
internal sealed class QueueConnection(QueueKeys keys, IDatabase? database, TimeProvider time)
{
    public QueueKeys Keys => keys;

    public IConnectionMultiplexer Redis => Database.Multiplexer;

    public TimeProvider Time => time;

    /// <exception cref="InvalidOperationException">The job that asks is in no queue (<see cref="Job.Detached"/>).</exception>
    public IDatabase Database => database ?? throw new InvalidOperationException($"This job of '{keys.QueueName}' was made without Redis, so nothing can be read or changed there.");

    /// <summary>Fills up the queue's rate limit for a time.</summary>
    public Task RateLimitAsync(TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.FromMilliseconds(1));
        // Node's Number.MAX_SAFE_INTEGER: more than any limit.
        return Database.StringSetAsync(keys.Of("limiter"), 9007199254740991, TimeSpan.FromMilliseconds(Math.Floor(duration.TotalMilliseconds)));
    }

    /// <summary>Runs a script; its first two arguments, prefix and now, are put before the given ones.</summary>
    public Task<RedisResult> RunAsync(Script script, params ReadOnlySpan<RedisValue> arguments) => RunAtAsync(time.GetUtcNow(), script, arguments);

    /// <summary>Runs a script as at another time than now.</summary>
    public Task<RedisResult> RunAtAsync(DateTimeOffset now, Script script, params ReadOnlySpan<RedisValue> arguments) =>
        script.RunAsync(Database, keys.All, [keys.Base, now.ToUnixTimeMilliseconds(), .. arguments]);

    /// <summary>Runs a script that needs keys beside the queue's own; they come after those.</summary>
    public Task<RedisResult> RunAsync(Script script, ReadOnlySpan<RedisKey> furtherKeys, params ReadOnlySpan<RedisValue> arguments) =>
        RunAtAsync(time.GetUtcNow(), script, furtherKeys, arguments);

    /// <summary>The same as at another time than now.</summary>
    public Task<RedisResult> RunAtAsync(DateTimeOffset now, Script script, ReadOnlySpan<RedisKey> furtherKeys, params ReadOnlySpan<RedisValue> arguments) =>
        script.RunAsync(Database, furtherKeys.IsEmpty ? keys.All : [.. keys.All, .. furtherKeys], [keys.Base, now.ToUnixTimeMilliseconds(), .. arguments]);
}
