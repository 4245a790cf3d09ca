using System.Data.Common;
using Npgsql;

namespace WorkflowAspire.Workflows.Store;

/// <summary>Lets PostgreSQL parse and plan once a connection what is said again and again.</summary>
/// <remarks>
/// A pooler between here and the server may give each transaction another session, in which the same name is another statement. It is known by
/// the session's number, which it makes up; behind one, nothing is prepared.
/// </remarks>
internal sealed class PreparedStatements
{
    private bool? _areSafe;

    /// <summary>Prepares a batch, unless it has been on this connection before or a pooler is in between.</summary>
    public async Task PrepareAsync(DbConnection connection, DbBatch batch)
    {
        _areSafe ??= await IsTheServersOwnSessionAsync((NpgsqlConnection)connection).ConfigureAwait(false);
        if (_areSafe is true) await batch.PrepareAsync().ConfigureAwait(false);
    }

    private static async Task<bool> IsTheServersOwnSessionAsync(NpgsqlConnection connection)
    {
        var command = connection.CreateCommand();
        await using var _ = command.ConfigureAwait(false);
        command.CommandText = "SELECT pg_backend_pid()";
        return (int)(await command.ExecuteScalarAsync().ConfigureAwait(false))! == connection.ProcessID;
    }
}
