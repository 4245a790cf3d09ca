using StackExchange.Redis;

namespace WorkflowAspire.BullMQ.Processing;

/// <summary>Connections that a worker opens for itself, configured like the one it was given.</summary>
internal static class OwnConnection
{
    public static async Task<IConnectionMultiplexer> ConnectAsync(
        IConnectionMultiplexer like, WorkerOptions options, string clientName, Action<ConfigurationOptions> configure)
    {
        var configuration = ConfigurationOptions.Parse(like.Configuration);
        configuration.ClientName = clientName;
        configuration.AbortOnConnectFail = false;
        configuration.ReconnectRetryPolicy = new LinearRetry(1000);
        // Without subscriptions the multiplexer opens one connection, and the worker is listed once.
        configuration.CommandMap = CommandMap.Create(["SUBSCRIBE", "UNSUBSCRIBE", "PSUBSCRIBE", "PUNSUBSCRIBE"], available: false);
        configure(configuration);
        options.ConfigureBlockingConnection?.Invoke(configuration);
        return await ConnectionMultiplexer.ConnectAsync(configuration).ConfigureAwait(false);
    }
}
