using System.Collections.Concurrent;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.Chaos.Tests;

/// <summary>What can happen to workers, to Redis, to PostgreSQL and to the networks between them.</summary>
internal sealed class Trouble(ChaosSystem system, WorkerPool workers)
{
    private readonly ConcurrentDictionary<string, int> _happened = new();

    /// <summary>How often each kind happened.</summary>
    public IReadOnlyDictionary<string, int> Happened => _happened;

    private IReadOnlyList<(string Name, Func<Random, Task> Make)> Kinds =>
    [
        ("worker killed -9", workers.KillOneAsync),
        ("worker frozen past its locks", workers.FreezeOneAsync),
        ("worker rolled to the other version", workers.RollOneAsync),
        ("redis killed -9", KillRedisAsync),
        ("postgres restarted", RestartPostgresAsync),
        ("redis connections cut", random => CutAsync(system.RedisNetwork, random)),
        ("redis unreachable", random => RefuseAsync(system.RedisNetwork, random)),
        ("redis slow", random => SlowAsync(system.RedisNetwork, random)),
        ("postgres connections cut", random => CutAsync(system.PostgresNetwork, random)),
        ("postgres unreachable", random => RefuseAsync(system.PostgresNetwork, random)),
        ("redis and postgres blinking", BlinkAsync),
        ("postgres slow", random => SlowAsync(system.PostgresNetwork, random)),
    ];

    /// <summary>Makes each kind of trouble once, then whatever comes until it is over.</summary>
    public async Task MakeAsync(Random random, CancellationToken over)
    {
        for (var i = 0; i < Kinds.Count || !over.IsCancellationRequested; i++)
        {
            var (name, make) = Kinds[i < Kinds.Count ? i : random.Next(Kinds.Count)];
            await Task.Delay(random.Next(200, 1500), CancellationToken.None);
            await make(random);
            _happened.AddOrUpdate(name, 1, (_, times) => times + 1);
        }
    }

    private async Task KillRedisAsync(Random random)
    {
        await system.Redis.KillAsync();
        await Task.Delay(random.Next(0, 1500));
        system.Redis.Start();
        await Eventually.True(() => system.Redis.Connection.IsConnected);
    }

    private async Task RestartPostgresAsync(Random random)
    {
        await system.Postgres.StopAsync();
        await Task.Delay(random.Next(0, 1500));
        await system.Postgres.StartAsync();
        // The test's own connections, which went with it.
        system.Database.Clear();
    }

    private static async Task CutAsync(TcpProxy network, Random random)
    {
        for (var cuts = random.Next(1, 6); cuts > 0; cuts--)
        {
            network.Cut();
            await Task.Delay(random.Next(0, 100));
        }
    }

    private static async Task RefuseAsync(TcpProxy network, Random random)
    {
        network.Refuse();
        await Task.Delay(random.Next(100, 2000));
        network.Heal();
    }

    // So that whatever is parked or completed meets it.
    private async Task BlinkAsync(Random random)
    {
        for (var blinks = 0; blinks < 20; blinks++)
        {
            system.PostgresNetwork.Cut();
            system.RedisNetwork.Cut();
            await Task.Delay(random.Next(10, 80));
        }
    }

    private static async Task SlowAsync(TcpProxy network, Random random)
    {
        network.Delay = TimeSpan.FromMilliseconds(random.Next(5, 60));
        await Task.Delay(random.Next(200, 1500));
        network.Delay = TimeSpan.Zero;
    }
}
