using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace WorkflowAspire.Workflows.Store;

/// <summary>Writes in one transaction of SQLite's only writer, each under a savepoint of its own.</summary>
internal sealed class SqliteBatch(DbDataSource source, StoreTelemetry telemetry) : IBatchExecution
{
    public int WritesSideBySide => 1;

    public async Task ExecuteAsync(IReadOnlyList<PendingWrite> writes)
    {
        var connection = await source.OpenConnectionAsync().ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        telemetry.RoundTrip(writes.Count);
        var statements = new SqliteStatements(connection);
        await using var __ = statements.ConfigureAwait(false);
        if (writes is [var only])
        {
            await ExecuteAsync(statements, only).ConfigureAwait(false);
            return;
        }

        await statements.SayAsync("BEGIN IMMEDIATE").ConfigureAwait(false);
        try
        {
            foreach (var write in writes) await ExecuteUnderSavepointAsync(statements, write).ConfigureAwait(false);
            await statements.SayAsync("COMMIT").ConfigureAwait(false);
        }
        catch
        {
            await RollBackAsync(statements).ConfigureAwait(false);
            throw;
        }
    }

    // What fails alone fails under its savepoint; an error that reaches the batch is the file's.
    public bool IsOneStatementsFault(Exception error) => error is not DbException;

    private static async Task ExecuteUnderSavepointAsync(SqliteStatements statements, PendingWrite write)
    {
        await statements.SayAsync("SAVEPOINT statement").ConfigureAwait(false);
        try
        {
            await ExecuteAsync(statements, write).ConfigureAwait(false);
        }
        catch (SqliteException error)
        {
            // Fails where SQLite has rolled back everything, and then the batch has failed.
            await statements.SayAsync("ROLLBACK TO statement").ConfigureAwait(false);
            write.KeepFailure(error);
        }

        await statements.SayAsync("RELEASE statement").ConfigureAwait(false);
    }

    private static async Task ExecuteAsync(SqliteStatements statements, PendingWrite write)
    {
        var command = statements.Command(write.Sql);
        command.Parameters.Clear();
        write.Parameters.AddTo(command.Parameters, command.CreateParameter, asText: true);
        if (!write.ReturnsRows)
        {
            write.KeepCount(await command.ExecuteNonQueryAsync().ConfigureAwait(false));
            return;
        }

        var reader = await command.ExecuteReaderAsync().ConfigureAwait(false);
        await using var _ = reader.ConfigureAwait(false);
        while (await reader.ReadAsync().ConfigureAwait(false)) write.KeepRow(reader);
    }

    private static async Task RollBackAsync(SqliteStatements statements)
    {
        try
        {
            await statements.SayAsync("ROLLBACK").ConfigureAwait(false);
        }
        catch (SqliteException)
        {
            // SQLite rolls back by itself on a full disk, say; there is no transaction to end then, and the first error is on its way to the callers.
        }
    }

    // Each text is parsed once a batch.
    private sealed class SqliteStatements(DbConnection connection) : IAsyncDisposable
    {
        private readonly Dictionary<string, DbCommand> _commands = [];

        public DbCommand Command(string sql)
        {
            if (_commands.TryGetValue(sql, out var command)) return command;
            command = connection.CreateCommand();
            command.CommandText = sql;
            return _commands[sql] = command;
        }

        public Task<int> SayAsync(string sql) => Command(sql).ExecuteNonQueryAsync();

        public async ValueTask DisposeAsync()
        {
            foreach (var command in _commands.Values) await command.DisposeAsync().ConfigureAwait(false);
        }
    }
}
