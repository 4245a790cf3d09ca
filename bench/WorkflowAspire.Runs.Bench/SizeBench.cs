using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using WorkflowAspire.TestServers;
using WorkflowAspire.Workflows;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Runs.Bench;

/// <summary>How long lists and sweeps take on a table of millions: 100 tenants, one of them half of it, one run in a hundred failed, and among the newest some parked and some never enqueued.</summary>
internal sealed class SizeBench(int runs)
{
    private const int Page = 50;
    private const int Tries = 5;

    private const string SqliteUuid = "lower(substr(hex(randomblob(16)), 1, 8) || '-' || substr(hex(randomblob(2)), 1, 4) || '-4000-8000-' || substr(hex(randomblob(6)), 1, 12))";

    private static readonly Guid Large = new("00000000-0000-4000-8000-000000000000");
    private static readonly Guid Small = new("00000000-0000-4000-8000-000000000007");

    private readonly int _parked = runs / 25;
    private readonly int _neverEnqueued = runs * 24 / 1000;

    public async Task RunAsync(PostgresServer postgres)
    {
        await using (var source = NpgsqlDataSource.Create(await postgres.CreateDatabaseAsync() + ";Command Timeout=0")) await MeasureAsync("PostgreSQL", source, Filling("gen_random_uuid()", $"'{Large}'::uuid", $"'{Small}'::uuid", "md5('tenant' || n % 49)::uuid"));
        var folder = Directory.CreateTempSubdirectory("runs-size-").FullName;
        await using (var source = SqliteFactory.Instance.CreateDataSource($"Data Source={Path.Combine(folder, "runs.db")};Default Timeout=0")) await MeasureAsync("SQLite", source, ForSqlite());
        SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    private async Task MeasureAsync(string name, DbDataSource source, string filling)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton(source);
        builder.Services.AddWorkflowStore();
        using var host = builder.Build();
        await host.StartAsync();
        var watch = Stopwatch.StartNew();
        await using (var connection = await source.OpenConnectionAsync())
            foreach (var statement in filling.Split(";\n")) await connection.ExecuteAsync(new CommandDefinition(statement, commandTimeout: 0, commandType: System.Data.CommandType.Text));
        Console.Error.WriteLine($"{name}: filled in {watch.Elapsed.TotalSeconds:0} s");

        var store = host.Services.GetRequiredService<RunStore>();
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}, {runs:N0} runs, {_parked:N0} of them parked and {_neverEnqueued:N0} never enqueued; medians of {Tries}, ms:"));
        Console.WriteLine();
        var pages = new List<(string Filter, double First, double Next)>();
        foreach (var (filter, words) in Filters()) pages.Add((words, await MedianAsync(() => store.ListAsync(filter, null, Page)), await NextAsync(store, filter)));
        Console.WriteLine("| slowest lists | first page | next page |");
        Console.WriteLine("|---|--:|--:|");
        foreach (var (words, first, next) in pages.OrderByDescending(page => Math.Max(page.First, page.Next)).Take(6))
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {words} | {first:N1} | {next:N1} |"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| median of all {pages.Count} filters | {Median(pages.Select(page => page.First)):N1} | {Median(pages.Select(page => page.Next)):N1} |"));

        Console.WriteLine();
        Console.WriteLine("| sweep | ms |");
        Console.WriteLine("|---|--:|");
        var later = DateTimeOffset.UtcNow.AddDays(1);
        await SayAsync("oversleepers", () => store.ListOversleptAsync(500));
        await SayAsync("stale runs", () => store.ListStaleAsync(TimeSpan.FromMinutes(10)));
        await SayAsync("first 1,000 never enqueued", () => store.ListNeverEnqueuedAsync(TimeSpan.Zero, 1000));
        await SayAsync("the reconciler's whole look", async () =>
        {
            for (Guid? after = Guid.Empty; after is { } id;) (_, after) = await store.ListUnfinishedAsync(id, later, later, 2000);
        });
        await SayAsync("retention, 500 completed runs", () => store.DeleteEndedAsync(RunStatus.Completed, later, 500));
    }

    private static IEnumerable<(RunFilter Filter, string Words)> Filters() =>
        from tenant in new[] { (Id: (Guid?)null, Words: "all tenants"), (Large, "the large tenant"), (Small, "a small tenant") }
        from workflow in new[] { null, "often", "rare" }
        from statuses in new RunStatus[][] { [], [RunStatus.Completed], [RunStatus.Failed], [RunStatus.Waiting], [RunStatus.Failed, RunStatus.Cancelled], [RunStatus.Pending, RunStatus.Running], [RunStatus.Running] }
        from range in new[] { (From: (DateTimeOffset?)null, Before: (DateTimeOffset?)null, Words: "any time"), (DateTimeOffset.UtcNow.AddDays(-20), DateTimeOffset.UtcNow.AddDays(-10), "ten days") }
        select (
            new RunFilter(tenant.Id, workflow) { Statuses = statuses, CreatedFrom = range.From, CreatedBefore = range.Before },
            $"{tenant.Words}, {workflow ?? "any workflow"}, {(statuses.Length == 0 ? "any status" : string.Join(" or ", statuses))}, {range.Words}");

    private static async Task<double> NextAsync(RunStore store, RunFilter filter)
    {
        var cursor = (await store.ListAsync(filter, null, Page)).NextCursor;
        return cursor is null ? 0 : await MedianAsync(() => store.ListAsync(filter, cursor, Page));
    }

    private static async Task SayAsync(string what, Func<Task> call)
    {
        var median = await MedianAsync(call);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {median:N1} |"));
    }

    private static async Task<double> MedianAsync(Func<Task> call)
    {
        var took = new double[Tries];
        for (var i = 0; i < Tries; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await call();
            took[i] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        }

        return Median(took);
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);

    private string Filling(string uuid, string large, string small, string otherTenant) =>
        $"""
        INSERT INTO workflow_runs (id, tenant_id, workflow_id, status, input, output, attempts, created_at, enqueued_at, started_at, completed_at, job_id)
        SELECT {uuid}, CASE WHEN n % 2 = 0 THEN {large} WHEN n % 100 = 7 THEN {small} ELSE {otherTenant} END, CASE WHEN n % 1000 < 2 THEN 'rare' ELSE 'often' END, status, '1', '1', 1,
            at, CASE WHEN n > {_parked} AND n <= {_parked + _neverEnqueued} THEN NULL ELSE at END, at, CASE WHEN status IN ('completed', 'failed', 'cancelled') THEN at END, 'x'
        FROM (SELECT n, now() - n * interval '1 second' AS at,
                CASE WHEN n <= {_parked} THEN 'waiting' WHEN n <= {_parked + _neverEnqueued} THEN 'pending' WHEN n % 101 = 1 THEN 'failed' WHEN n % 503 = 1 THEN 'cancelled' ELSE 'completed' END AS status
            FROM generate_series(1, {runs}) n) numbers;
        INSERT INTO workflow_steps (run_id, name, kind, position, status, attempts, run_attempt, started_at, waits_for)
        SELECT id, 'wait', 'signal', 1, 'waiting', 1, 1, created_at, 'approved' FROM workflow_runs WHERE status = 'waiting';
        VACUUM ANALYZE
        """;

    private string ForSqlite() => Filling(SqliteUuid, $"'{Large}'", $"'{Small}'", "'00000000-0000-4000-8000-0000000000' || substr('0' || (n % 49 + 10), -2)")
        .Replace("now() - n * interval '1 second'", "strftime('%Y-%m-%dT%H:%M:%S.000000Z', 'now', '-' || n || ' seconds')", StringComparison.Ordinal)
        .Replace($"generate_series(1, {runs}) n", $"(WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {runs}) SELECT n FROM numbers)", StringComparison.Ordinal)
        .Replace("VACUUM ANALYZE", "ANALYZE", StringComparison.Ordinal);
}
