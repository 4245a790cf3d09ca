using System.Data.Common;
using System.Reflection;
using Dapper;
using DbUp;
using DbUp.Builder;
using DbUp.Postgresql;
using DbUp.Sqlite.Helpers;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace WorkflowAspire.Workflows.Store;

/// <summary>Brings the schema up to date; processes that start together do it one after the other.</summary>
internal sealed partial class SchemaMigration(DbDataSource source, ILogger<SchemaMigration> logger)
{
    private const string Journal = "workflow_migrations";

    // Any number will do, as long as nobody else locks it: the ASCII codes of "workflow".
    private const long AdvisoryLock = 0x776F726B666C6F77;

    public async Task ApplyAsync(CancellationToken ct)
    {
        var connection = await source.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        switch (connection)
        {
            case NpgsqlConnection:
                await ApplyToPostgresAsync(connection, ct).ConfigureAwait(false);
                break;
            case SqliteConnection:
                await ApplyToSqliteAsync(connection, ct).ConfigureAwait(false);
                break;
            default:
                throw new NotSupportedException($"The workflow store needs PostgreSQL (Npgsql) or SQLite; the registered DbDataSource opens {connection.GetType()}.");
        }
    }

    private async Task ApplyToPostgresAsync(DbConnection connection, CancellationToken ct)
    {
        // The lock belongs to this session; were the process to die, the server lets go of it.
        await connection.ExecuteAsync(new CommandDefinition("SELECT pg_advisory_lock(@key)", new { key = AdvisoryLock }, commandTimeout: 0, cancellationToken: ct)).ConfigureAwait(false);
        try
        {
            await Task.Run(() => Upgrade(DeployChanges.To
                .PostgresqlDatabase(new PostgresqlConnectionManager((NpgsqlDataSource)source))
                .JournalToPostgresqlTable(null!, Journal)
                .WithTransaction()
                .WithVariable("uuid", "uuid")
                .WithVariable("instant", "timestamptz")), ct).ConfigureAwait(false);
        }
        finally
        {
            await connection.ExecuteAsync("SELECT pg_advisory_unlock(@key)", new { key = AdvisoryLock }).ConfigureAwait(false);
        }
    }

    private async Task ApplyToSqliteAsync(DbConnection connection, CancellationToken ct)
    {
        // Readers then don't wait for the writer; the file remembers it.
        await connection.ExecuteAsync(new CommandDefinition("PRAGMA journal_mode = WAL", cancellationToken: ct)).ConfigureAwait(false);
        await connection.ExecuteAsync(new CommandDefinition("BEGIN EXCLUSIVE", cancellationToken: ct)).ConfigureAwait(false);
        var end = "ROLLBACK";
        try
        {
            await Task.Run(() => Upgrade(DeployChanges.To
                .SqliteDatabase(new SharedConnection(connection))
                .JournalToSqliteTable(Journal)
                .WithoutTransaction()
                .WithVariable("uuid", "text")
                .WithVariable("instant", "text")), ct).ConfigureAwait(false);
            end = "COMMIT";
        }
        finally
        {
            await connection.ExecuteAsync(end).ConfigureAwait(false);
        }
    }

    private void Upgrade(UpgradeEngineBuilder builder)
    {
        var result = builder
            .WithScriptsEmbeddedInAssembly(Assembly.GetExecutingAssembly(), name => name.EndsWith(".sql", StringComparison.Ordinal))
            .LogToNowhere()
            .Build()
            .PerformUpgrade();
        if (!result.Successful)
            throw new InvalidOperationException($"Migration {result.ErrorScript?.Name} of the workflow store failed: {result.Error.Message}", result.Error);
        foreach (var script in result.Scripts) Applied(script.Name);
    }

    [LoggerMessage(LogLevel.Information, "Applied migration {Migration}")]
    private partial void Applied(string migration);
}
