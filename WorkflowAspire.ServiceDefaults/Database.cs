using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace WorkflowAspire.ServiceDefaults;

/// <summary>Connects a service to the database that its AppHost names: PostgreSQL by Aspire's client, or a SQLite file.</summary>
public static class Database
{
    /// <summary>Registers a <see cref="DbDataSource"/> and its health check, <c>PostgreSql</c> or <c>Sqlite</c>.</summary>
    /// <param name="builder">The service.</param>
    /// <param name="connectionName">
    /// The resource's name. Its connection string, <c>ConnectionStrings:{connectionName}</c>, is PostgreSQL's, or a SQLite file's: <c>Data Source=…</c>
    /// and no <c>Host</c>.
    /// </param>
    /// <exception cref="InvalidOperationException">PostgreSQL's is missing: where the data source is first asked for.</exception>
    public static void AddDatabase(this IHostApplicationBuilder builder, string connectionName)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(connectionName);
        if (builder.Configuration.GetConnectionString(connectionName) is { } connectionString && IsSqlite(connectionString)) builder.AddSqlite(connectionString);
        else builder.AddNpgsqlDataSource(connectionName);
    }

    private static void AddSqlite(this IHostApplicationBuilder builder, string connectionString)
    {
        builder.Services.AddSingleton(SqliteFactory.Instance.CreateDataSource(connectionString));
        builder.Services.AddHealthChecks().AddCheck<SqliteHealthCheck>("Sqlite", HealthStatus.Unhealthy);
    }

    private static bool IsSqlite(string connectionString)
    {
        var keywords = new DbConnectionStringBuilder { ConnectionString = connectionString };
        return keywords.ContainsKey("Data Source") && !keywords.ContainsKey("Host");
    }
}
