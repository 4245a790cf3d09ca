using System.Globalization;
using StackExchange.Redis;

namespace WorkflowAspire.TestServers;

/// <summary>A server that speaks Redis, on a free port of the loopback interface, for a test assembly.</summary>
public abstract class RedisCompatibleServer : IAsyncLifetime
{
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

    public abstract void Start();

    /// <summary>Stops the server as a crash would.</summary>
    public abstract Task KillAsync();

    public virtual async ValueTask DisposeAsync()
    {
        if (Connection is { } connection) await connection.DisposeAsync();
        await KillAsync();
        GC.SuppressFinalize(this);
    }
}
