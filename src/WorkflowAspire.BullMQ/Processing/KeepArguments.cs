using StackExchange.Redis;

namespace WorkflowAspire.BullMQ.Processing;

/// <summary>Writes which finished jobs stay as the scripts read it: count, age in seconds, how many go at once.</summary>
internal static class KeepArguments
{
    private const int DefaultRemovalLimit = 1000;

    public static void Write(KeepJobs keep, Span<RedisValue> arguments)
    {
        arguments[0] = keep.MaxCount;
        arguments[1] = keep.MaxAge is { } age ? (long)age.TotalSeconds : "";
        arguments[2] = keep.RemovalLimit ?? DefaultRemovalLimit;
    }
}
