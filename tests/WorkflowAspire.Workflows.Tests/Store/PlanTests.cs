using System.Data.Common;
using Dapper;
using Microsoft.Extensions.Logging.Testing;
using WorkflowAspire.TestServers;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Workflows.Tests.Store;

/// <summary>How PostgreSQL executes the store's own statements on a table that has grown: each statement's plan, as the server explains it by itself.</summary>
public class PlanTests(PostgresServer postgres) : StoreSpecification
{
    private readonly FakeLogCollector _log = new();
    private readonly Guid _tenant = Guid.NewGuid();

    [Fact]
    public async Task No_statement_of_daily_life_reads_the_whole_table()
    {
        var now = Time.GetUtcNow();
        await GivenAHundredThousandRuns();
        var run = NewRun(_tenant);
        _log.Clear();

        await Store.SubmitAsync(run, new IdempotencyKey("key", "hash"));
        await Store.SubmitAsync(NewRun(_tenant), new IdempotencyKey("key", "hash"));
        await Store.MarkEnqueuedAsync(run.Id, now);
        var lease = await Claim(run);
        await Store.SaveStepAsync(lease, new WorkflowStep("ask", 1, StepStatus.Completed, "1", null, 1, now, now), default);
        await Store.CompleteAsync(lease, "1");
        var relayed = await Store.ListNeverEnqueuedAsync(TimeSpan.FromMinutes(1), 500);
        var stale = await Store.ListStaleAsync(TimeSpan.FromMinutes(10));
        var unfinished = await Store.ListUnfinishedAsync(Guid.Empty, now, now, 200);
        await Store.ListUnfinishedAsync(unfinished.Next!.Value, now, now, 200);
        await Store.DeleteEndedAsync(RunStatus.Completed, now.AddDays(-60), 500);
        var page = await Store.ListAsync(new RunFilter(), null, 50);
        await Store.ListAsync(new RunFilter(), page.NextCursor, 50);
        await Store.ListAsync(new RunFilter(TenantId: _tenant), null, 50);
        await Store.ListAsync(new RunFilter { Statuses = [RunStatus.Failed] }, null, 50);

        relayed.Count.ShouldBe(100);
        stale.Count.ShouldBe(100);
        unfinished.Quiet.Count.ShouldBe(200);
        var plans = _log.GetSnapshot().Select(entry => entry.Message).Where(message => message.Contains("plan:", StringComparison.Ordinal)).ToArray();
        plans.Length.ShouldBeGreaterThan(12);
        plans.ShouldAllBe(plan => !plan.Contains("Seq Scan on workflow_runs", StringComparison.Ordinal));
        foreach (var index in new[]
                 {
                     "workflow_runs_pkey", "workflow_runs_idempotency", "workflow_runs_newest", "workflow_runs_of_tenant", "workflow_run_phases_newest",
                 })
            plans.ShouldContain(plan => plan.Contains(index, StringComparison.Ordinal), $"no plan uses {index}");
    }

    protected override Task<DbDataSource> CreateDatabaseAsync() => TestDatabase.OnExplainingPostgresAsync(postgres, _log, analyzed: false);

    private async Task GivenAHundredThousandRuns()
    {
        await using var connection = await Source.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            INSERT INTO workflow_runs (id, tenant_id, workflow_id, status, input, attempts, created_at, enqueued_at, started_at, completed_at)
            SELECT gen_random_uuid(), CASE WHEN n % 100 = 0 THEN @tenant ELSE gen_random_uuid() END, 'greet', status, '{"name":"Ada"}', 1, at,
                   CASE WHEN n BETWEEN 301 AND 400 THEN NULL ELSE at END, at, CASE WHEN status IN ('completed', 'failed') THEN at + interval '1 second' END
            FROM (SELECT n, @now - n * interval '1 minute' - interval '1 hour' AS at,
                         CASE WHEN n <= 100 THEN 'running' WHEN n <= 200 THEN 'waiting' WHEN n <= 400 THEN 'pending' WHEN n % 100 = 1 THEN 'failed' ELSE 'completed' END AS status
                  FROM generate_series(1, 100000) n) AS runs
            """,
            new { tenant = _tenant, now = Time.GetUtcNow().UtcDateTime });
        await connection.ExecuteAsync("ANALYZE workflow_runs, workflow_run_phases");
    }
}
