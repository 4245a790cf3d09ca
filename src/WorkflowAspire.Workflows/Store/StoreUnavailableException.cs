using System.Data.Common;
using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace WorkflowAspire.Workflows.Store;

/// <summary>The store's database can't be used now, and nothing is wrong with what was asked: the same may succeed later.</summary>
public sealed class StoreUnavailableException : DbException
{
    /// <summary>SQLite's code for a file that can't be opened.</summary>
    internal const int CannotOpen = 14;

    private const int Busy = 5;
    private const int Locked = 6;
    private const int ReadOnly = 8;
    private const int InputOutput = 10;
    private const int Full = 13;

    /// <summary>Says so, with what the database or its driver says.</summary>
    public StoreUnavailableException(DbException cause)
        : base($"The store's database can't be used now: {(cause ?? throw new ArgumentNullException(nameof(cause))).Message}", cause)
    {
    }

    /// <inheritdoc/>
    public override bool IsTransient => true;

    /// <summary>Whether an error is the database's state, and not one statement's.</summary>
    internal static bool IsCausedBy(DbException error) => error switch
    {
        // Connection exceptions, insufficient resources, an operator's shutdown or a start, and a standby that isn't the primary yet.
        PostgresException { SqlState: { } state } => state.StartsWith("08", StringComparison.Ordinal)
            || state.StartsWith("53", StringComparison.Ordinal) || state.StartsWith("57P", StringComparison.Ordinal) || state == PostgresErrorCodes.ReadOnlySqlTransaction,
        NpgsqlException => RootOf(error) is IOException or SocketException or TimeoutException,
        SqliteException { SqliteErrorCode: Busy or Locked or ReadOnly or InputOutput or Full or CannotOpen } => true,
        _ => false,
    };

    private static Exception RootOf(Exception error) => error.InnerException is { } inner ? RootOf(inner) : error;
}
