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

    public Task<IConnectionMultiplexer> ConnectAsync() => ConnectAsync(ConnectionString, connection => connection.IsConnected);

    /// <summary>Connects as an administrator; returns when the connection is as it should be.</summary>
    internal static async Task<IConnectionMultiplexer> ConnectAsync(string connectionString, Func<IConnectionMultiplexer, bool> isReady)
    {
        var options = ConfigurationOptions.Parse(connectionString);
        options.AbortOnConnectFail = false;
        options.AllowAdmin = true;
        var connection = await ConnectionMultiplexer.ConnectAsync(options);
        await Eventually.True(() => isReady(connection));
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
