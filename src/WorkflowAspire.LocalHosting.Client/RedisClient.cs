using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using StackExchange.Redis;
using WorkflowAspire.LocalHosting.Client;

namespace Microsoft.Extensions.Hosting;

/// <summary>Connects a project to the Redis resource that its AppHost names.</summary>
public static class RedisClient
{
    /// <summary>
    /// Registers <see cref="IConnectionMultiplexer"/> and its health check. The connection is made when it is first asked for, and
    /// a Redis that isn't there yet is waited for in the background.
    /// </summary>
    /// <param name="builder">The project.</param>
    /// <param name="connectionName">The resource's name; its connection string is <c>ConnectionStrings:{connectionName}</c>.</param>
    /// <param name="configureOptions">Adjusts what the connection string says.</param>
    /// <exception cref="InvalidOperationException">There is no connection string of this name.</exception>
    public static void AddRedisClient(this IHostApplicationBuilder builder, string connectionName, Action<ConfigurationOptions>? configureOptions = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(connectionName);
        var options = ConfigurationOptions.Parse(builder.Configuration.RequireConnectionString(connectionName));
        options.AbortOnConnectFail = false;
        configureOptions?.Invoke(options);
        builder.Services.AddSingleton<IConnectionMultiplexer>(services =>
        {
            options.LoggerFactory ??= services.GetService<Logging.ILoggerFactory>();
            return ConnectionMultiplexer.Connect(options);
        });
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            "StackExchange.Redis", services => new RedisHealthCheck(services.GetRequiredService<IConnectionMultiplexer>()), HealthStatus.Unhealthy, tags: null));
    }
}
