using System.Globalization;
using StackExchange.Redis;

namespace WorkflowAspire.TestServers;

/// <summary>A primary, its replica and a sentinel that watches them, on free ports of the loopback interface.</summary>
public sealed class RedisSentinel : IAsyncLifetime
{
    public const string ServiceName = "queues";

    private readonly string _folder = Directory.CreateTempSubdirectory("redis-sentinel-test-").FullName;
    private readonly int _port = ServerProcess.FreePort();
    private ServerProcess? _sentinel;

    public RedisServer Primary { get; } = new();

    public RedisServer Replica { get; } = new();

    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port},serviceName={ServiceName}");

    public async ValueTask InitializeAsync()
    {
        await Primary.InitializeAsync();
        Replica.Settings = ["--replicaof", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1 {Primary.Port}"), "--repl-diskless-sync-delay", "0"];
        Primary.Settings = ["--repl-diskless-sync-delay", "0"];
        await Replica.InitializeAsync();
        var configuration = Path.Combine(_folder, "sentinel.conf");
        await File.WriteAllTextAsync(configuration, string.Create(CultureInfo.InvariantCulture, $"""
            port {_port}
            bind 127.0.0.1
            dir {_folder}
            sentinel monitor {ServiceName} 127.0.0.1 {Primary.Port} 1
            sentinel down-after-milliseconds {ServiceName} 1000
            sentinel failover-timeout {ServiceName} 5000
            """));
        _sentinel = new ServerProcess("redis-server", [configuration, "--sentinel"]);
        await Eventually.True(async () => ((string)(await Replica.Connection.GetServers()[0].ExecuteAsync("INFO", "replication"))!).Contains("master_link_status:up", StringComparison.Ordinal));
        await Eventually.True(KnowsTheReplicaAsync);
    }

    public async Task<IConnectionMultiplexer> ConnectAsync() => await ConnectionMultiplexer.ConnectAsync(ConnectionString);

    public async ValueTask DisposeAsync()
    {
        if (_sentinel is { } sentinel) await sentinel.DisposeAsync();
        await Replica.DisposeAsync();
        await Primary.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<bool> KnowsTheReplicaAsync()
    {
        await using var cli = new ServerProcess("redis-cli", ["-p", _port.ToString(CultureInfo.InvariantCulture), "SENTINEL", "REPLICAS", ServiceName]);
        await cli.WaitForExitAsync();
        return cli.Output.Contains(Replica.Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }
}
