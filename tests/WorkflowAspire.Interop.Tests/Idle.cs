using System.Text;
using StackExchange.Redis;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.Interop.Tests;

/// <summary>The moment at which a worker of either side has nothing to do and leaves Redis as it is.</summary>
internal static class Idle
{
    /// <summary>Returns when a worker of the queue blocks on the queue's marker.</summary>
    public static Task WorkerAsync(IConnectionMultiplexer redis, string queueName)
    {
        var name = $"bull:{Convert.ToBase64String(Encoding.UTF8.GetBytes(queueName))}";
        return Eventually.True(async () => (await redis.GetServers()[0].ClientListAsync())
            .Any(client => client.Name?.StartsWith(name, StringComparison.Ordinal) == true && client.Flags.HasFlag(ClientFlags.Blocked)));
    }
}
