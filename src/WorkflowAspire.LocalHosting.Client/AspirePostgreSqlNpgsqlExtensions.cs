using System.Data.Common;
using Aspire.Npgsql;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using WorkflowAspire.LocalHosting.Client;

namespace Microsoft.Extensions.Hosting;

/// <summary>Connects a project to the database resource that its AppHost names, with the signatures of Aspire's own client.</summary>
public static class AspirePostgreSqlNpgsqlExtensions
{
    private const string Section = "Aspire:Npgsql";

    /// <summary>
    /// Registers <see cref="DbDataSource"/> (and, for PostgreSQL, <see cref="NpgsqlDataSource"/>), its telemetry and its health check
    /// <c>PostgreSql</c>. A connection string with <c>Data Source</c> and no <c>Host</c> is a SQLite file's, whose check is <c>Sqlite</c>.
    /// </summary>
    /// <param name="builder">The project.</param>
    /// <param name="connectionName">The resource's name; its connection string is <c>ConnectionStrings:{connectionName}</c>.</param>
    /// <param name="configureSettings">Adjusts what the sections <c>Aspire:Npgsql</c> and <c>…:{connectionName}</c> say.</param>
    /// <param name="configureDataSourceBuilder">Adjusts the data source; a SQLite file has none to adjust, and doesn't call it.</param>
    /// <exception cref="InvalidOperationException">There is no connection string of this name.</exception>
    public static void AddNpgsqlDataSource(
        this IHostApplicationBuilder builder, string connectionName, Action<NpgsqlSettings>? configureSettings = null, Action<NpgsqlDataSourceBuilder>? configureDataSourceBuilder = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(connectionName);
        var settings = new NpgsqlSettings();
        builder.Configuration.BindClient(Section, connectionName, settings);
        settings.ConnectionString = builder.Configuration.GetConnectionString(connectionName) ?? settings.ConnectionString;
        configureSettings?.Invoke(settings);

        var connectionString = ClientConfiguration.Require(settings.ConnectionString, connectionName);
        var isSqlite = IsSqlite(connectionString);
        if (isSqlite) builder.Services.AddSingleton(SqliteFactory.Instance.CreateDataSource(connectionString));
        else builder.Services.AddNpgsqlDataSource(connectionString, source => configureDataSourceBuilder?.Invoke(source));
        if (!settings.DisableTracing) builder.Services.AddOpenTelemetry().WithTracing(tracing => tracing.AddNpgsql());
        if (!settings.DisableMetrics) builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter("Npgsql"));
        if (settings.DisableHealthChecks) return;
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            isSqlite ? "Sqlite" : "PostgreSql", services => new DatabaseHealthCheck(services.GetRequiredService<DbDataSource>()), HealthStatus.Unhealthy, tags: null));
    }

    private static bool IsSqlite(string connectionString)
    {
        var keywords = new DbConnectionStringBuilder { ConnectionString = connectionString };
        return keywords.ContainsKey("Data Source") && !keywords.ContainsKey("Host");
    }
}
