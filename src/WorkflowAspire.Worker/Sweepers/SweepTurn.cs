using StackExchange.Redis;

namespace WorkflowAspire.Worker.Sweepers;

/// <summary>Lets one worker at a time sweep, once an interval over all of them: a key in Redis that expires by itself.</summary>
internal sealed class SweepTurn(IConnectionMultiplexer redis, string sweep, TimeSpan interval)
{
    // A worker that dies in mid-sweep keeps the others out for no longer than this.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    // Beside the queues and under their prefix, so that an ACL user's rights cover it.
    private readonly RedisKey _key = $"bull:workflow-sweep:{sweep}";
    private readonly RedisValue _owner = Guid.NewGuid().ToString("N");

    /// <summary>Takes the turn; false where another worker has it, or had it less than an interval ago.</summary>
    public Task<bool> TakeAsync() => redis.GetDatabase().LockTakeAsync(_key, _owner, Longest);

    /// <summary>Keeps the turn for one more batch; false where it went to another worker.</summary>
    public Task<bool> KeepAsync() => redis.GetDatabase().LockExtendAsync(_key, _owner, Longest);

    /// <summary>Ends the turn; the next one begins when the interval is over.</summary>
    public Task EndAsync() => redis.GetDatabase().LockExtendAsync(_key, _owner, interval * 0.9);
}
