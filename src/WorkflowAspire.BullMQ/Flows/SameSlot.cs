using StackExchange.Redis;

namespace WorkflowAspire.BullMQ;

/// <summary>In a Redis Cluster one script sees one slot: parents and children have to share it.</summary>
internal static class SameSlot
{
    /// <exception cref="InvalidOperationException">The queues are in different slots of a cluster.</exception>
    public static void Demand(IConnectionMultiplexer redis, string queue, string other)
    {
        if (redis.HashSlot($"{queue}:meta") == redis.HashSlot($"{other}:meta")) return;
        throw new InvalidOperationException(
            $"The queues '{queue}' and '{other}' are in different slots of the Redis Cluster, so their jobs can't be parent and child. Give all queues of a flow a prefix with one hash tag, for example '{{bull}}'.");
    }
}
