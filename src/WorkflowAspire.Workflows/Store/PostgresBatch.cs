using System.Data.Common;
using Npgsql;
using NpgsqlTypes;

namespace WorkflowAspire.Workflows.Store;

/// <summary>Writes in one round trip, those of one <see cref="SetStatement"/> as one statement; PostgreSQL takes them as one transaction.</summary>
/// <param name="source">The database.</param>
/// <param name="prepared">Prepares batches of statements for crowds, which come again in the same words.</param>
/// <param name="telemetry">Is told of each round trip.</param>
internal sealed class PostgresBatch(DbDataSource source, PreparedStatements prepared, StoreTelemetry telemetry) : IBatchExecution
{
    // A row that somebody has locked must not hold up the others' writes: then the batch is taken apart. It ends with the batch's transaction.
    private const string WaitBriefly = "SELECT set_config('lock_timeout', '1s', true)";

    // A plan is made while the tables are small, and kept when they have grown: it must look rows up from the first on.
    private const string LookUp =
        """
        SELECT set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true),
            set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)
        """;

    public int WritesSideBySide => 8;

    public async Task ExecuteAsync(IReadOnlyList<PendingWrite> writes)
    {
        var statements = writes.GroupBy(write => (object?)write.Set ?? write).Select(shared => shared.ToArray()).ToArray();
        var connection = await source.OpenConnectionAsync().ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var batch = connection.CreateBatch();
        await using var __ = batch.ConfigureAwait(false);
        var isCrowd = writes[0].Set is not null;
        if (writes.Count > 1) batch.BatchCommands.Add(new NpgsqlBatchCommand(WaitBriefly));
        if (isCrowd) batch.BatchCommands.Add(new NpgsqlBatchCommand(LookUp));
        var first = batch.BatchCommands.Count;
        foreach (var statement in statements) batch.BatchCommands.Add(CommandOf(batch, statement));
        telemetry.RoundTrip(statements.Length);
        if (isCrowd) await prepared.PrepareAsync(connection, batch).ConfigureAwait(false);
        var reader = await batch.ExecuteReaderAsync().ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            for (var setting = 0; setting < first; setting++) await reader.NextResultAsync().ConfigureAwait(false);
            foreach (var statement in statements)
            {
                if (!statement[0].ReturnsRows) continue;
                await KeepRowsAsync(statement, reader).ConfigureAwait(false);
                await reader.NextResultAsync().ConfigureAwait(false);
            }

            // The commit's own answer comes last.
            while (await reader.NextResultAsync().ConfigureAwait(false))
            {
            }
        }

        for (var i = 0; i < statements.Length; i++)
            foreach (var write in statements[i]) write.KeepCount(batch.BatchCommands[first + i].RecordsAffected);
    }

    // A server that ends the session (FATAL) or falls silent may have committed first. An error of the client's comes before it has sent anything.
    public bool IsOneStatementsFault(Exception error) => error is PostgresException { InvariantSeverity: "ERROR" } or not DbException;

    private static DbBatchCommand CommandOf(DbBatch batch, PendingWrite[] writes)
    {
        var command = batch.CreateBatchCommand();
        if (writes[0].Set is not { } set)
        {
            command.CommandText = writes[0].Sql;
            writes[0].Parameters.AddTo(command.Parameters, command.CreateParameter, asText: false);
            return command;
        }

        command.CommandText = set.Postgres;
        foreach (var column in set.Columns)
        {
            command.Parameters.Add(new NpgsqlParameter(column.Name, NpgsqlDbType.Array | column.ElementType)
            {
                Value = column.Collect(writes.Select(write => write.Parameters.ValueFor(column.Name, asText: false))),
            });
        }

        return command;
    }

    private static async Task KeepRowsAsync(PendingWrite[] writes, DbDataReader reader)
    {
        if (writes is [var only])
        {
            while (await reader.ReadAsync().ConfigureAwait(false)) only.KeepRow(reader);
            return;
        }

        var (set, byRun) = (writes[0].Set!, writes.ToLookup(write => write.Row!.Value));
        while (await reader.ReadAsync().ConfigureAwait(false))
            foreach (var write in byRun[reader.GetGuid(0)])
                if (set.IsOf(write, reader)) write.KeepRow(reader);
    }
}
