using System.Data.Common;
using System.Runtime.CompilerServices;
using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace WorkflowAspire.Workflows.Store;

/// <summary>Runs statements against PostgreSQL or SQLite; concurrent writes share round trips.</summary>
internal sealed class WorkflowDatabase
{
    private const int WritesPerBatch = 200;
    private const int BatchesUnderWay = 2;

    private readonly DbDataSource _source;
    private readonly StoreTelemetry _telemetry;
    private readonly GroupCommit _commit;
    private readonly GroupCommit _background;

    public WorkflowDatabase(DbDataSource source, StoreTelemetry telemetry, IOptions<StoreOptions> options)
    {
        (_source, _telemetry) = (source, telemetry);
        using var connection = source.CreateConnection();
        var grouped = options.Value.GroupCommit;
        var size = grouped ? WritesPerBatch : 1;
        if (connection is SqliteConnection)
        {
            Dialect = StoreDialect.Sqlite;
            // SQLite has one writer: to queue up here is fair and holds no thread, unlike its busy loop.
            _commit = new GroupCommit(new SqliteBatch(source, telemetry), size, lanes: 1);
            _background = _commit;
        }
        else
        {
            Dialect = StoreDialect.Postgres;
            var postgres = new PostgresBatch(source, new PreparedStatements(), telemetry);
            _commit = new GroupCommit(postgres, size, grouped ? BatchesUnderWay : int.MaxValue);
            _background = new GroupCommit(postgres, size: 1, lanes: 1);
        }
    }

    /// <summary>Where the SQL of the database at hand is its own.</summary>
    public StoreDialect Dialect { get; }

    /// <summary>Runs a statement that changes rows; returns how many.</summary>
    /// <remarks>Once it is sent, its outcome is waited for, also when the caller cancels.</remarks>
    /// <exception cref="StoreUnavailableException">The database can't be used now.</exception>
    public Task<int> ExecuteAsync(string sql, StoreParameters parameters, CancellationToken ct, [CallerMemberName] string operation = "") =>
        WriteAsync(_commit, new CountedWrite(sql, parameters), operation, ct);

    /// <summary>Runs a statement that changes rows and returns them.</summary>
    /// <inheritdoc cref="ExecuteAsync(string, StoreParameters, CancellationToken, string)" path="/remarks|/exception"/>
    public Task<List<T>> ExecuteReturningAsync<T>(
        string sql, StoreParameters parameters, Func<DbDataReader, T> read, CancellationToken ct, [CallerMemberName] string operation = "") =>
        WriteAsync(_commit, new ReturningWrite<T>(sql, parameters, read), operation, ct);

    /// <summary>Runs a statement that comes in crowds; returns whether it took effect.</summary>
    /// <inheritdoc cref="ExecuteAsync(string, StoreParameters, CancellationToken, string)" path="/remarks|/exception"/>
    public async Task<bool> ExecuteAsync(SetStatement set, StoreParameters parameters, CancellationToken ct, [CallerMemberName] string operation = "") =>
        await WriteAsync(_commit, new ReturningWrite<bool>(set, parameters, _ => true), operation, ct).ConfigureAwait(false) is not [];

    /// <summary>Runs a statement that comes in crowds and returns the rows that are this write's.</summary>
    /// <inheritdoc cref="ExecuteAsync(string, StoreParameters, CancellationToken, string)" path="/remarks|/exception"/>
    public Task<List<T>> ExecuteReturningAsync<T>(
        SetStatement set, StoreParameters parameters, Func<DbDataReader, T> read, CancellationToken ct, [CallerMemberName] string operation = "") =>
        WriteAsync(_commit, new ReturningWrite<T>(set, parameters, read), operation, ct);

    /// <summary>Runs a statement that takes its time, in a transaction of its own; returns how many rows it changed.</summary>
    /// <inheritdoc cref="ExecuteAsync(string, StoreParameters, CancellationToken, string)" path="/remarks|/exception"/>
    public Task<int> ExecuteInBackgroundAsync(string sql, StoreParameters parameters, CancellationToken ct, [CallerMemberName] string operation = "") =>
        WriteAsync(_background, new CountedWrite(sql, parameters), operation, ct);

    /// <summary>The same, and returns rows.</summary>
    /// <inheritdoc cref="ExecuteAsync(string, StoreParameters, CancellationToken, string)" path="/remarks|/exception"/>
    public Task<List<T>> ExecuteReturningInBackgroundAsync<T>(
        string sql, StoreParameters parameters, Func<DbDataReader, T> read, CancellationToken ct, [CallerMemberName] string operation = "") =>
        WriteAsync(_background, new ReturningWrite<T>(sql, parameters, read), operation, ct);

    /// <summary>Reads rows.</summary>
    /// <exception cref="StoreUnavailableException">The database can't be used now.</exception>
    public async Task<List<T>> QueryAsync<T>(string sql, StoreParameters parameters, Func<DbDataReader, T> read, CancellationToken ct)
    {
        try
        {
            return await ReadAsync(sql, parameters, read, ct).ConfigureAwait(false);
        }
        catch (DbException error) when (StoreUnavailableException.IsCausedBy(error))
        {
            throw new StoreUnavailableException(error);
        }
    }

    private static async Task<T> WriteAsync<T>(GroupCommit commit, PendingWrite<T> write, string operation, CancellationToken ct)
    {
        try
        {
            return await commit.ExecuteAsync(write, operation, ct).ConfigureAwait(false);
        }
        catch (DbException error) when (StoreUnavailableException.IsCausedBy(error))
        {
            throw new StoreUnavailableException(error);
        }
    }

    private async Task<List<T>> ReadAsync<T>(string sql, StoreParameters parameters, Func<DbDataReader, T> read, CancellationToken ct)
    {
        var connection = await _source.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        _telemetry.RoundTrip(1);
        var reader = await connection.ExecuteReaderAsync(new CommandDefinition(sql, parameters, cancellationToken: ct)).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var rows = new List<T>();
        while (await reader.ReadAsync(ct).ConfigureAwait(false)) rows.Add(read(reader));
        return rows;
    }
}
