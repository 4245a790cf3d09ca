using System.Data.Common;
using Npgsql;

namespace WorkflowAspire.Workflows.Store;

/// <summary>Writes in one round trip; PostgreSQL takes them as one transaction.</summary>
internal sealed class PostgresBatch(DbDataSource source, StoreTelemetry telemetry) : IBatchExecution
{
    // A row that somebody has locked must not hold up the others' writes: then the batch is taken apart. It ends with the batch's transaction.
    private const string WaitBriefly = "SELECT set_config('lock_timeout', '1s', true)";

    public int WritesSideBySide => 8;

    public async Task ExecuteAsync(IReadOnlyList<PendingWrite> writes)
    {
        var connection = await source.OpenConnectionAsync().ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var batch = connection.CreateBatch();
        await using var __ = batch.ConfigureAwait(false);
        var together = writes.Count > 1;
        if (together) batch.BatchCommands.Add(new NpgsqlBatchCommand(WaitBriefly));
        foreach (var write in writes)
        {
            var command = batch.CreateBatchCommand();
            command.CommandText = write.Sql;
            write.Parameters.AddTo(command.Parameters, command.CreateParameter, asText: false);
            batch.BatchCommands.Add(command);
        }

        telemetry.RoundTrip(writes.Count);
        var reader = await batch.ExecuteReaderAsync().ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            if (together) await reader.NextResultAsync().ConfigureAwait(false);
            foreach (var write in writes)
            {
                if (!write.ReturnsRows) continue;
                await write.KeepRowsAsync(reader).ConfigureAwait(false);
                await reader.NextResultAsync().ConfigureAwait(false);
            }

            // The commit's own answer comes last.
            while (await reader.NextResultAsync().ConfigureAwait(false))
            {
            }
        }

        var first = batch.BatchCommands.Count - writes.Count;
        for (var i = 0; i < writes.Count; i++) writes[i].KeepCount(batch.BatchCommands[first + i].RecordsAffected);
    }

    // A server that ends the session (FATAL) or falls silent may have committed first. An error of the client's comes before it has sent anything.
    public bool IsOneStatementsFault(Exception error) => error is PostgresException { InvariantSeverity: "ERROR" } or not DbException;
}
