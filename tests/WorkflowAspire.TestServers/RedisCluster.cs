using System.Globalization;
using StackExchange.Redis;

namespace WorkflowAspire.TestServers;

/// <summary>A Redis Cluster of three primaries on free ports of the loopback interface.</summary>
public sealed class RedisCluster : IAsyncLifetime
{
    private const int Nodes = 3;
    private const int Slots = 16384;

    private readonly string _folder = Directory.CreateTempSubdirectory("redis-cluster-test-").FullName;
    private readonly List<ServerProcess> _processes = [];

    public IReadOnlyList<int> Ports { get; private set; } = [];

    public string ConnectionString => string.Join(',', Ports.Select(port => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}")));

    public IConnectionMultiplexer Connection { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var nodes = Enumerable.Range(0, Nodes).Select(_ => (Port: ServerProcess.FreePort(), Bus: ServerProcess.FreePort())).ToArray();
        Ports = [.. nodes.Select(node => node.Port)];
        foreach (var (port, bus) in nodes) StartNode(port, bus);
        for (var i = 0; i < Nodes; i++)
        {
            await Eventually.True(async () => await RunAsync(Ports[i], "PING") == "PONG");
            await RunAsync(Ports[i], "CLUSTER", "SET-CONFIG-EPOCH", Text(i + 1));
            await RunAsync(Ports[i], "CLUSTER", "ADDSLOTSRANGE", Text(i * Slots / Nodes), Text(((i + 1) * Slots / Nodes) - 1));
            if (i > 0) await RunAsync(Ports[0], "CLUSTER", "MEET", "127.0.0.1", Text(nodes[i].Port), Text(nodes[i].Bus));
        }

        foreach (var port in Ports)
        {
            await Eventually.True(async () =>
                await RunAsync(port, "CLUSTER", "INFO") is var info && info.Contains("cluster_state:ok", StringComparison.Ordinal) && info.Contains("cluster_known_nodes:3", StringComparison.Ordinal));
        }

        Connection = await ConnectAsync();
    }

    public Task<IConnectionMultiplexer> ConnectAsync() =>
        RedisCompatibleServer.ConnectAsync(ConnectionString, connection => connection.GetServers().Count(server => server.IsConnected) == Nodes);

    /// <summary>Moves a slot with its keys to another node, as <c>redis-cli --cluster reshard</c> does; returns the ports from and to.</summary>
    public async Task MoveSlotAsync(int slot)
    {
        var ids = await Task.WhenAll(Ports.Select(port => RunAsync(port, "CLUSTER", "MYID")));
        var from = Array.IndexOf(ids, (await RunAsync(Ports[0], "CLUSTER", "NODES")).Split('\n').First(line => Owns(line, slot)).Split(' ')[0]);
        var to = (from + 1) % Nodes;
        await RunAsync(Ports[to], "CLUSTER", "SETSLOT", Text(slot), "IMPORTING", ids[from]);
        await RunAsync(Ports[from], "CLUSTER", "SETSLOT", Text(slot), "MIGRATING", ids[to]);
        while (await RunAsync(Ports[from], "CLUSTER", "GETKEYSINSLOT", Text(slot), "50") is { Length: > 0 } keys)
            await RunAsync(Ports[from], ["MIGRATE", "127.0.0.1", Text(Ports[to]), "", "0", "5000", "KEYS", .. keys.Split('\n')]);
        await RunAsync(Ports[to], "CLUSTER", "SETSLOT", Text(slot), "NODE", ids[to]);
        await RunAsync(Ports[from], "CLUSTER", "SETSLOT", Text(slot), "NODE", ids[to]);
    }

    public async ValueTask DisposeAsync()
    {
        if (Connection is { } connection) await connection.DisposeAsync();
        foreach (var process in _processes) await process.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private void StartNode(int port, int bus)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, Text(port))).FullName;
        _processes.Add(new ServerProcess("redis-server",
        [
            "--port", Text(port), "--bind", "127.0.0.1", "--cluster-enabled", "yes", "--cluster-port", Text(bus), "--cluster-node-timeout", "5000",
            "--save", "", "--dir", folder,
        ]));
    }

    // A line ends with the slots of its node: single ones and ranges; those on the move are in brackets.
    private static bool Owns(string line, int slot) => line.Split(' ').Skip(8).Where(part => !part.StartsWith('[')).Select(part => part.Split('-')).Any(range =>
        int.Parse(range[0], CultureInfo.InvariantCulture) <= slot && slot <= int.Parse(range[^1], CultureInfo.InvariantCulture));

    // By redis-cli: a client that knows the cluster would send these elsewhere.
    private static async Task<string> RunAsync(int port, params string[] command)
    {
        await using var cli = new ServerProcess("redis-cli", ["-p", Text(port), .. command]);
        await cli.WaitForExitAsync();
        return cli.Output.Trim();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
