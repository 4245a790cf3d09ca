using System.Data.Common;
using System.Reflection;
using Dapper;
using DbUp;
using DbUp.Builder;
using DbUp.Postgresql;
using DbUp.Sqlite.Helpers;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace WorkflowAspire.Workflows.Store;

/// <summary>Brings the schema up to date; processes that start together do it one after the other.</summary>
internal sealed partial class SchemaMigration(DbDataSource source, IOptions<StoreOptions> options, TimeProvider time, ILogger<SchemaMigration> logger)
{
    private const string Journal = "workflow_migrations";

    // Any number will do, as long as nobody else locks it: the ASCII codes of "workflow".
    private const long AdvisoryLock = 0x776F726B666C6F77;

    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan BeforeSayingWho = TimeSpan.FromSeconds(2);

    /// <exception cref="TimeoutException">Another process has the schema's lock; the message says which.</exception>
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
        // The lock belongs to this transaction, so that a pooler between here and the server keeps it too; were the process to die, the server lets go of it.
        var transaction = await connection.BeginTransactionAsync(ct).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            await connection.ExecuteAsync("SET LOCAL idle_in_transaction_session_timeout = 0").ConfigureAwait(false);
            await LockAsync(connection, ct).ConfigureAwait(false);
            await Task.Run(() => Upgrade(DeployChanges.To
                .PostgresqlDatabase(new PostgresqlConnectionManager((NpgsqlDataSource)source))
                .JournalToPostgresqlTable(null!, Journal)
                .WithTransaction()
                .WithVariable("uuid", "uuid")
                .WithVariable("instant", "timestamptz"), otherDialect: ".sqlite.sql"), ct).ConfigureAwait(false);
        }
    }

    private async Task LockAsync(DbConnection connection, CancellationToken ct)
    {
        var (since, timeout, saidWho) = (time.GetTimestamp(), options.Value.MigrationTimeout, false);
        while (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition("SELECT pg_try_advisory_xact_lock(@key)", new { key = AdvisoryLock }, cancellationToken: ct)).ConfigureAwait(false))
        {
            var waited = time.GetElapsedTime(since);
            if (waited >= timeout)
            {
                throw new TimeoutException(
                    $"The schema's lock (advisory lock {AdvisoryLock}) was not free within {timeout:g}. {await HolderAsync(connection).ConfigureAwait(false)} "
                    + "Wait until that process has brought the schema up to date, or end it, and start again; Store:MigrationTimeout sets how long a start waits.");
            }

            if (!saidWho && waited > BeforeSayingWho)
            {
                saidWho = true;
                Waiting(await HolderAsync(connection).ConfigureAwait(false));
            }

            await Task.Delay(BetweenTries, time, ct).ConfigureAwait(false);
        }
    }

    private static async Task<string> HolderAsync(DbConnection connection) => await connection.ExecuteScalarAsync<string?>(
        """
        SELECT format('Session %s holds it (user %s, application ''%s'', from %s, for %s).',
            pid, usename, application_name, COALESCE(client_addr::text, 'a local socket'), date_trunc('second', clock_timestamp() - COALESCE(xact_start, backend_start)))
        FROM pg_locks JOIN pg_stat_activity USING (pid)
        WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND granted AND objsubid = 1 AND (classid::bigint << 32) | objid::bigint = @key LIMIT 1
        """,
        new { key = AdvisoryLock }).ConfigureAwait(false) ?? "It is free by now.";

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
                .WithVariable("instant", "text"), otherDialect: ".postgres.sql"), ct).ConfigureAwait(false);
            end = "COMMIT";
        }
        finally
        {
            await connection.ExecuteAsync(end).ConfigureAwait(false);
        }
    }

    private void Upgrade(UpgradeEngineBuilder builder, string otherDialect)
    {
        var result = builder
            .WithScriptsEmbeddedInAssembly(Assembly.GetExecutingAssembly(), name => name.EndsWith(".sql", StringComparison.Ordinal) && !name.EndsWith(otherDialect, StringComparison.Ordinal))
            .LogToNowhere()
            .Build()
            .PerformUpgrade();
        if (!result.Successful)
            throw new InvalidOperationException($"Migration {result.ErrorScript?.Name} of the workflow store failed: {result.Error.Message}", result.Error);
        foreach (var script in result.Scripts) Applied(script.Name);
    }

    [LoggerMessage(LogLevel.Warning, "The start waits for the schema's lock. {holder}")]
    private partial void Waiting(string holder);

    [LoggerMessage(LogLevel.Information, "Applied migration {Migration}")]
    private partial void Applied(string migration);
}
