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
        if (writes is [var only])
        {
            await ExecuteAsync(connection, only).ConfigureAwait(false);
            return;
        }

        await SayAsync(connection, "BEGIN IMMEDIATE").ConfigureAwait(false);
        try
        {
            foreach (var write in writes) await ExecuteUnderSavepointAsync(connection, write).ConfigureAwait(false);
            await SayAsync(connection, "COMMIT").ConfigureAwait(false);
        }
        catch
        {
            await RollBackAsync(connection).ConfigureAwait(false);
            throw;
        }
    }

    // What fails alone fails under its savepoint; an error that reaches the batch is the file's.
    public bool IsOneStatementsFault(Exception error) => error is not DbException;

    private static async Task ExecuteUnderSavepointAsync(DbConnection connection, PendingWrite write)
    {
        await SayAsync(connection, "SAVEPOINT statement").ConfigureAwait(false);
        try
        {
            await ExecuteAsync(connection, write).ConfigureAwait(false);
        }
        catch (SqliteException error)
        {
            // Fails where SQLite has rolled back everything, and then the batch has failed.
            await SayAsync(connection, "ROLLBACK TO statement").ConfigureAwait(false);
            write.KeepFailure(error);
        }

        await SayAsync(connection, "RELEASE statement").ConfigureAwait(false);
    }

    private static async Task ExecuteAsync(DbConnection connection, PendingWrite write)
    {
        var command = connection.CreateCommand();
        await using var _ = command.ConfigureAwait(false);
        command.CommandText = write.Sql;
        write.Parameters.AddTo(command.Parameters, command.CreateParameter, asText: true);
        if (!write.ReturnsRows)
        {
            write.KeepCount(await command.ExecuteNonQueryAsync().ConfigureAwait(false));
            return;
        }

        var reader = await command.ExecuteReaderAsync().ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        await write.KeepRowsAsync(reader).ConfigureAwait(false);
    }

    private static async Task RollBackAsync(DbConnection connection)
    {
        try
        {
            await SayAsync(connection, "ROLLBACK").ConfigureAwait(false);
        }
        catch (SqliteException)
        {
            // SQLite rolls back by itself on a full disk, say; there is no transaction to end then, and the first error is on its way to the callers.
        }
    }

    private static async Task SayAsync(DbConnection connection, string sql)
    {
        var command = connection.CreateCommand();
        await using var _ = command.ConfigureAwait(false);
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync().ConfigureAwait(false);
    }
}
