using System.Data.Common;
using System.Globalization;
using System.Text.RegularExpressions;
using Dapper;
using Microsoft.Extensions.Logging.Testing;
using WorkflowAspire.TestServers;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Workflows.Tests.Store;

/// <summary>Whatever a list is filtered by, PostgreSQL walks an index and reads little more than the page.</summary>
public partial class ListPlanTests(PostgresServer postgres) : StoreSpecification
{
    private const int Page = 50;

    private readonly FakeLogCollector _log = new();
    private readonly Guid _large = Guid.NewGuid();
    private readonly Guid _small = Guid.NewGuid();

    [Fact]
    public async Task Every_combination_of_filters_reads_little_more_than_its_page()
    {
        await GivenRunsOfTwoTenants();
        var now = Time.GetUtcNow();
        RunStatus[][] statuses = [[], [RunStatus.Completed], [RunStatus.Failed], [RunStatus.Waiting], [RunStatus.Failed, RunStatus.Cancelled], [RunStatus.Pending, RunStatus.Running], [RunStatus.Running]];
        var filters =
            from tenant in new Guid?[] { null, _large, _small }
            from workflow in new[] { null, "often", "rare" }
            from wanted in statuses
            from range in new[] { (From: (DateTimeOffset?)null, Before: (DateTimeOffset?)null), (now.AddDays(-20), now.AddDays(-10)) }
            select new RunFilter(tenant, workflow) { Statuses = wanted, CreatedFrom = range.From, CreatedBefore = range.Before };
        foreach (var filter in filters)
        {
            var cursor = (string?)null;
            for (var page = 0; page < 2; page++)
            {
                _log.Clear();
                var found = await Store.ListAsync(filter, cursor, Page);
                var plan = _log.GetSnapshot().Select(entry => entry.Message).Single(message => message.Contains("plan:", StringComparison.Ordinal));
                plan.ShouldNotContain("Seq Scan on workflow_runs");
                ThrownAway(plan).ShouldBeLessThanOrEqualTo(3 * (Page + 1), $"{filter} {plan}");
                if ((cursor = found.NextCursor) is null) break;
            }
        }
    }

    protected override Task<DbDataSource> CreateDatabaseAsync() => TestDatabase.OnExplainingPostgresAsync(postgres, _log, analyzed: true);

    [GeneratedRegex(@"loops=(?<loops>\d+)\)(?:(?!loops=).)*?Rows Removed by (?:Join )?Filter: (?<rows>\d+)", RegexOptions.Singleline)]
    private static partial Regex RemovedRows();

    private static long ThrownAway(string plan) =>
        RemovedRows().Matches(plan).Sum(removed => long.Parse(removed.Groups["rows"].ValueSpan, CultureInfo.InvariantCulture) * long.Parse(removed.Groups["loops"].ValueSpan, CultureInfo.InvariantCulture));

    // Half of the runs are one tenant's, one in a hundred has failed, few are under way, and one workflow is rare.
    private async Task GivenRunsOfTwoTenants()
    {
        await using var connection = await Source.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            INSERT INTO workflow_runs (id, tenant_id, workflow_id, status, attempts, created_at, enqueued_at, started_at, completed_at)
            SELECT gen_random_uuid(), CASE WHEN n % 2 = 0 THEN @large WHEN n % 100 = 1 THEN @small ELSE gen_random_uuid() END, CASE WHEN n % 500 < 2 THEN 'rare' ELSE 'often' END,
                   status, 1, at, at, at, CASE WHEN status IN ('completed', 'failed', 'cancelled') THEN at END
            FROM (SELECT n, @now - n * interval '1 minute' AS at,
                         CASE WHEN n <= 60 THEN (ARRAY['running', 'waiting', 'pending'])[n % 3 + 1] WHEN n % 97 = 1 THEN 'failed' WHEN n % 89 = 1 THEN 'cancelled' ELSE 'completed' END AS status
                  FROM generate_series(1, 60000) n) AS runs
            """,
            new { large = _large, small = _small, now = Time.GetUtcNow().UtcDateTime });
        await connection.ExecuteAsync("ANALYZE workflow_runs, workflow_run_phases");
    }
}
