using StackExchange.Redis;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests.Reliability;

/// <summary>What can happen between a client and its Redis.</summary>
internal sealed class Trouble(RedisServer server, TcpProxy proxy)
{
    /// <summary>Every kind of trouble, by the name that a report shows.</summary>
    public IReadOnlyDictionary<string, Func<Random, Task>> Kinds => new Dictionary<string, Func<Random, Task>>
    {
        ["connections cut"] = CutAsync,
        ["connections refused"] = RefuseAsync,
        ["answers swallowed"] = SwallowAsync,
        ["network slow"] = SlowAsync,
        ["clients killed"] = KillClientsAsync,
        ["redis killed -9"] = KillServerAsync,
    };

    public async Task FlushScriptsAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await server.Connection.GetDatabase().ExecuteAsync("SCRIPT", "FLUSH");
                await Task.Delay(TimeSpan.FromMilliseconds(20), ct);
            }
            catch (Exception error) when (error is RedisException or TimeoutException or OperationCanceledException)
            {
                // The server is being killed, or it is over.
            }
        }
    }

    private async Task CutAsync(Random random)
    {
        for (var cuts = random.Next(1, 8); cuts > 0; cuts--)
        {
            proxy.Cut();
            await Task.Delay(random.Next(0, 60));
        }
    }

    private async Task RefuseAsync(Random random)
    {
        proxy.Refuse();
        await Task.Delay(random.Next(50, 800));
        proxy.Heal();
    }

    private async Task SwallowAsync(Random random)
    {
        proxy.Swallow();
        await Task.Delay(random.Next(50, 800));
        proxy.Heal();
        // As a firewall does that hears of a connection it does not know.
        proxy.Cut();
    }

    private async Task SlowAsync(Random random)
    {
        proxy.Delay = TimeSpan.FromMilliseconds(random.Next(5, 80));
        await Task.Delay(random.Next(100, 500));
        proxy.Delay = TimeSpan.Zero;
    }

    private async Task KillClientsAsync(Random random)
    {
        try
        {
            await server.Connection.GetDatabase().ExecuteAsync("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
        }
        catch (Exception error) when (error is RedisException or TimeoutException)
        {
            // The connection that says so is one of them where it was cut a moment ago.
        }
    }

    private async Task KillServerAsync(Random random)
    {
        await server.KillAsync();
        await Task.Delay(random.Next(0, 500));
        server.Start();
        await Eventually.True(() => server.Connection.IsConnected);
    }
}
