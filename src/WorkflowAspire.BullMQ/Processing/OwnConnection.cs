using StackExchange.Redis;

namespace WorkflowAspire.BullMQ.Processing;

/// <summary>Connections that a worker or a reader of events opens for itself, configured like the one it was given.</summary>
internal static class OwnConnection
{
    public static Task<IConnectionMultiplexer> ConnectAsync(
        IConnectionMultiplexer like, WorkerOptions options, string clientName, Action<ConfigurationOptions> configure) =>
        ConnectAsync(like, options.ConfigureBlockingConnection, clientName, configure);

    /// <param name="like">The connection whose configuration is used.</param>
    /// <param name="adjust">What the user changes of it; comes last.</param>
    /// <param name="clientName">The name that <c>CLIENT LIST</c> shows.</param>
    /// <param name="configure">What this connection needs.</param>
    public static async Task<IConnectionMultiplexer> ConnectAsync(
        IConnectionMultiplexer like, Action<ConfigurationOptions>? adjust, string clientName, Action<ConfigurationOptions> configure)
    {
        var configuration = ConfigurationOptions.Parse(like.Configuration);
        configuration.ClientName = clientName;
        configuration.AbortOnConnectFail = false;
        configuration.ReconnectRetryPolicy = new LinearRetry(1000);
        // Without subscriptions the multiplexer opens one connection, and the worker is listed once.
        configuration.CommandMap = CommandMap.Create(["SUBSCRIBE", "UNSUBSCRIBE", "PSUBSCRIBE", "PUNSUBSCRIBE"], available: false);
        configure(configuration);
        adjust?.Invoke(configuration);
        return await ConnectionMultiplexer.ConnectAsync(configuration).ConfigureAwait(false);
    }
}
