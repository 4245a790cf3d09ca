using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using WorkflowAspire.LocalHosting.Client;

namespace Microsoft.Extensions.Hosting;

/// <summary>Connects a project to the database resource that its AppHost names.</summary>
public static class DatabaseClient
{
    /// <summary>
    /// Registers <see cref="DbDataSource"/> (and, for PostgreSQL, <see cref="NpgsqlDataSource"/>) and its health check. A
    /// connection string with <c>Data Source</c> and no <c>Host</c> is a SQLite file's.
    /// </summary>
    /// <param name="builder">The project.</param>
    /// <param name="connectionName">The resource's name; its connection string is <c>ConnectionStrings:{connectionName}</c>.</param>
    /// <exception cref="InvalidOperationException">There is no connection string of this name.</exception>
    public static void AddNpgsqlDataSource(this IHostApplicationBuilder builder, string connectionName)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(connectionName);
        var connectionString = builder.Configuration.RequireConnectionString(connectionName);
        var isSqlite = IsSqlite(connectionString);
        if (isSqlite) builder.Services.AddSingleton(SqliteFactory.Instance.CreateDataSource(connectionString));
        else builder.Services.AddNpgsqlDataSource(connectionString);
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            isSqlite ? "Sqlite" : "PostgreSql", services => new DatabaseHealthCheck(services.GetRequiredService<DbDataSource>()), HealthStatus.Unhealthy, tags: null));
    }

    private static bool IsSqlite(string connectionString)
    {
        var keywords = new DbConnectionStringBuilder { ConnectionString = connectionString };
        return keywords.ContainsKey("Data Source") && !keywords.ContainsKey("Host");
    }
}
