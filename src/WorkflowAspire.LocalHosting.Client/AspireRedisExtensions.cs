using Aspire.StackExchange.Redis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using WorkflowAspire.LocalHosting.Client;

namespace Microsoft.Extensions.Hosting;

/// <summary>Connects a project to the Redis resource that its AppHost names, with the signatures of Aspire's own client.</summary>
public static class AspireRedisExtensions
{
    private const string Section = "Aspire:StackExchange:Redis";

    /// <summary>
    /// Registers <see cref="IConnectionMultiplexer"/> and its health check <c>StackExchange.Redis</c>. The connection is made when it is first
    /// asked for, and a Redis that isn't there yet is waited for in the background.
    /// </summary>
    /// <param name="builder">The project.</param>
    /// <param name="connectionName">The resource's name; its connection string is <c>ConnectionStrings:{connectionName}</c>.</param>
    /// <param name="configureSettings">Adjusts what the sections <c>Aspire:StackExchange:Redis</c> and <c>…:{connectionName}</c> say.</param>
    /// <param name="configureOptions">Adjusts what the connection string says.</param>
    /// <exception cref="InvalidOperationException">There is no connection string of this name.</exception>
    public static void AddRedisClient(
        this IHostApplicationBuilder builder, string connectionName, Action<StackExchangeRedisSettings>? configureSettings = null, Action<ConfigurationOptions>? configureOptions = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(connectionName);
        var settings = new StackExchangeRedisSettings();
        builder.Configuration.BindClient(Section, connectionName, settings);
        settings.ConnectionString = builder.Configuration.GetConnectionString(connectionName) ?? settings.ConnectionString;
        configureSettings?.Invoke(settings);

        var options = ConfigurationOptions.Parse(ClientConfiguration.Require(settings.ConnectionString, connectionName));
        options.AbortOnConnectFail = false;
        configureOptions?.Invoke(options);
        builder.Services.AddSingleton<IConnectionMultiplexer>(services =>
        {
            options.LoggerFactory ??= services.GetService<ILoggerFactory>();
            return ConnectionMultiplexer.Connect(options);
        });
        if (settings.DisableHealthChecks) return;
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            "StackExchange.Redis", services => new RedisHealthCheck(services.GetRequiredService<IConnectionMultiplexer>()), HealthStatus.Unhealthy, tags: null));
    }
}
