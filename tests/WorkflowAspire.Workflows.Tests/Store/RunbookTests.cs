using System.Data.Common;
using Dapper;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.Workflows.Tests.Store;

/// <summary>The operations runbook's SQL, as an operator pastes it.</summary>
public class RunbookTests(PostgresServer postgres) : StoreSpecification
{
    private const string StuckRunning =
        """
        SELECT id, tenant_id, status, started_at, NOW() - started_at AS age
        FROM workflow_runs
        WHERE status = 'running'
          AND started_at < NOW() - INTERVAL '10 minutes'
        ORDER BY started_at;
        """;

    [Fact]
    public async Task The_query_for_stuck_entities_finds_exactly_the_stale_runs()
    {
        Time.SetUtcNow(DateTimeOffset.UtcNow.AddMinutes(-30));
        var oldest = await AcceptAndClaim();
        await AcceptRun();
        await AcceptFailedRun();
        await Store.CompleteAsync(await AcceptAndClaim(), "1");
        Time.Advance(TimeSpan.FromMinutes(15));
        var old = await AcceptAndClaim();
        Time.Advance(TimeSpan.FromMinutes(10));
        await AcceptAndClaim();

        await using var connection = await Source.OpenConnectionAsync();
        var stuck = (await connection.QueryAsync<(Guid Id, Guid TenantId, string Status, DateTime StartedAt, TimeSpan Age)>(StuckRunning)).ToList();

        stuck.Select(row => (row.Id, row.TenantId, row.Status)).ShouldBe([(oldest.Run.Id, oldest.Run.TenantId, "running"), (old.Run.Id, old.Run.TenantId, "running")]);
        stuck[0].Age.ShouldBe(TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(1));
    }

    protected override Task<DbDataSource> CreateDatabaseAsync() => TestDatabase.OnPostgresAsync(postgres);
}
