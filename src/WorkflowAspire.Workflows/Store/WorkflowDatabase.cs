using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;

namespace WorkflowAspire.Workflows.Store;

/// <summary>Runs one statement at a time against PostgreSQL or SQLite.</summary>
internal sealed class WorkflowDatabase : IDisposable
{
    private readonly DbDataSource _source;

    // SQLite has one writer: to queue up here is fair and holds no thread, unlike its busy loop.
    private readonly SemaphoreSlim? _writer;

    public WorkflowDatabase(DbDataSource source)
    {
        _source = source;
        using var connection = source.CreateConnection();
        if (connection is SqliteConnection) _writer = new SemaphoreSlim(1, 1);
    }

    /// <summary>Runs a statement that changes rows; returns how many.</summary>
    public Task<int> ExecuteAsync(string sql, StoreParameters parameters, CancellationToken ct) =>
        WriteAsync(connection => connection.ExecuteAsync(new CommandDefinition(sql, parameters, cancellationToken: ct)), ct);

    /// <summary>Runs a statement that changes rows and returns them.</summary>
    public Task<List<T>> ExecuteReturningAsync<T>(string sql, StoreParameters parameters, Func<DbDataReader, T> read, CancellationToken ct) =>
        WriteAsync(connection => ReadAsync(connection, sql, parameters, read, ct), ct);

    /// <summary>Reads rows.</summary>
    public async Task<List<T>> QueryAsync<T>(string sql, StoreParameters parameters, Func<DbDataReader, T> read, CancellationToken ct)
    {
        var connection = await _source.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        return await ReadAsync(connection, sql, parameters, read, ct).ConfigureAwait(false);
    }

    public void Dispose() => _writer?.Dispose();

    private async Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> write, CancellationToken ct)
    {
        if (_writer is not null) await _writer.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            var connection = await _source.OpenConnectionAsync(ct).ConfigureAwait(false);
            await using var _ = connection.ConfigureAwait(false);
            return await write(connection).ConfigureAwait(false);
        }
        finally
        {
            _writer?.Release();
        }
    }

    private static async Task<List<T>> ReadAsync<T>(
        DbConnection connection, string sql, StoreParameters parameters, Func<DbDataReader, T> read, CancellationToken ct)
    {
        var reader = await connection.ExecuteReaderAsync(new CommandDefinition(sql, parameters, cancellationToken: ct)).ConfigureAwait(false);
        await using var _ = reader.ConfigureAwait(false);
        var rows = new List<T>();
        while (await reader.ReadAsync(ct).ConfigureAwait(false)) rows.Add(read(reader));
        return rows;
    }
}
