using System.Globalization;
using StackExchange.Redis;

namespace WorkflowAspire.TestServers;

/// <summary>One redis-server for a test assembly, on a free port of the loopback interface.</summary>
public sealed class RedisServer : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("redis-test-").FullName;
    private ServerProcess? _process;

    public int Port { get; } = ServerProcess.FreePort();

    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    public IConnectionMultiplexer Connection { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Start();
        Connection = await ConnectAsync();
    }

    public async Task<IConnectionMultiplexer> ConnectAsync()
    {
        var options = ConfigurationOptions.Parse(ConnectionString);
        options.AbortOnConnectFail = false;
        options.AllowAdmin = true;
        var connection = await ConnectionMultiplexer.ConnectAsync(options);
        await Eventually.True(() => connection.IsConnected);
        return connection;
    }

    public void Start() => _process = new ServerProcess("redis-server",
        ["--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--appendonly", "yes", "--appendfsync", "always", "--dir", _folder]);

    /// <summary>Stops the server as a crash would.</summary>
    public async Task KillAsync()
    {
        if (_process is { } process) await process.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (Connection is { } connection) await connection.DisposeAsync();
        await KillAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
