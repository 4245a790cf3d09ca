using System.Data.Common;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Workflows.Tests.Store;

/// <summary>A database that the version before has filled is brought up to date, and nothing in it is lost.</summary>
public abstract class UpgradeSpecification
{
    private const string LastOfTheVersionBefore = "0008_AddTokenReservations.sql";

    private static readonly string[] Statuses = ["pending", "running", "waiting", "completed", "failed", "cancelled"];

    private static readonly bool[] Either = [true, false];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected abstract bool IsPostgres { get; }

    [Fact]
    public async Task Runs_and_steps_of_the_version_before_are_all_there_and_found_by_their_status()
    {
        await using var source = await CreateDatabaseAsync();
        var runs = await GivenADatabaseOfTheVersionBefore(source);

        using var host = await StartHost(source);

        var store = host.Services.GetRequiredService<RunStore>();
        foreach (var status in Enum.GetValues<RunStatus>())
        {
            var expected = runs.Where(run => run.Status == status.ToName()).Select(run => run.Id);
            (await store.ListAsync(new RunFilter { Statuses = [status] }, null, 100, Stop)).Items.Select(run => run.Id).ShouldBe(expected, ignoreOrder: true);
        }

        foreach (var run in runs) (await store.ListStepsAsync(run.Id, Stop)).ShouldHaveSingleItem().Output.ShouldBe("1");
        (await store.ListNeverEnqueuedAsync(TimeSpan.Zero, 100, ct: Stop)).Select(run => run.Id).ShouldBe(runs.Where(run => run is { Status: "pending", IsEnqueued: false }).Select(run => run.Id), ignoreOrder: true);
    }

    [Fact]
    public async Task Statements_of_the_version_before_go_on_working_beside_the_new_one()
    {
        await using var source = await CreateDatabaseAsync();
        var running = (await GivenADatabaseOfTheVersionBefore(source)).First(run => run.Status == "running").Id;
        using var host = await StartHost(source);
        var store = host.Services.GetRequiredService<RunStore>();
        await using var connection = await source.OpenConnectionAsync(Stop);

        await connection.ExecuteAsync(
            "INSERT INTO workflow_steps (run_id, run_attempt, name, position, status, attempts, started_at) SELECT id, attempts, 'second', 2, 'completed', 1, started_at FROM workflow_runs WHERE id = @id AND status = 'running'",
            new { id = Key(running) });
        (await connection.ExecuteAsync("UPDATE workflow_runs SET status = 'failed', error = 'old' WHERE id = @id AND status = 'running'", new { id = Key(running) })).ShouldBe(1);
        (await store.ListAsync(new RunFilter { Statuses = [RunStatus.Failed] }, null, 100, Stop)).Items.ShouldContain(run => run.Id == running);

        await connection.ExecuteAsync("UPDATE workflow_runs SET status = 'completed' WHERE id = @id", new { id = Key(running) });
        (await store.ListAsync(new RunFilter { Statuses = [RunStatus.Failed] }, null, 100, Stop)).Items.ShouldNotContain(run => run.Id == running);

        await connection.ExecuteAsync("UPDATE workflow_runs SET status = 'pending' WHERE id = @id", new { id = Key(running) });
        (await store.ListAsync(new RunFilter { Statuses = [RunStatus.Pending] }, null, 100, Stop)).Items.ShouldContain(run => run.Id == running);

        await connection.ExecuteAsync("DELETE FROM workflow_runs WHERE id = @id", new { id = Key(running) });
        (await store.ListStepsAsync(running, Stop)).ShouldBeEmpty();
        (await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM workflow_run_phases WHERE run_id = @id", new { id = Key(running) })).ShouldBe(0);
    }

    protected abstract Task<DbDataSource> CreateDatabaseAsync();

    private static async Task<IHost> StartHost(DbDataSource source)
    {
        var host = TestServices.BuildHost(source);
        await host.StartAsync(Stop);
        return host;
    }

    private object Key(Guid id) => IsPostgres ? id : id.ToString();

    // Its own scripts, as it ran them, and rows as its statements wrote them: two of each status, one of each whose job is known.
    private async Task<IReadOnlyList<(Guid Id, string Status, bool IsEnqueued)>> GivenADatabaseOfTheVersionBefore(DbDataSource source)
    {
        await using var connection = await source.OpenConnectionAsync(Stop);
        await connection.ExecuteAsync(IsPostgres
            ? "CREATE TABLE workflow_migrations (schemaversionsid serial PRIMARY KEY, scriptname varchar(255) NOT NULL, applied timestamp NOT NULL)"
            : "CREATE TABLE workflow_migrations (SchemaVersionID INTEGER CONSTRAINT 'PK_SchemaVersions_SchemaVersionID' PRIMARY KEY AUTOINCREMENT NOT NULL, ScriptName TEXT NOT NULL, Applied DATETIME NOT NULL)");
        var assembly = typeof(RunStore).Assembly;
        foreach (var script in assembly.GetManifestResourceNames().Order(StringComparer.Ordinal).TakeWhile(name => string.CompareOrdinal(name, LastOfTheVersionBefore) <= 0))
        {
            using var text = new StreamReader(assembly.GetManifestResourceStream(script)!);
            var sql = (await text.ReadToEndAsync(Stop)).Replace("$uuid$", IsPostgres ? "uuid" : "text", StringComparison.Ordinal).Replace("$instant$", IsPostgres ? "timestamptz" : "text", StringComparison.Ordinal);
            await connection.ExecuteAsync(sql);
            await connection.ExecuteAsync("INSERT INTO workflow_migrations (scriptname, applied) VALUES (@script, CURRENT_TIMESTAMP)", new { script });
        }

        var runs = (from status in Statuses from isEnqueued in Either select (Id: Guid.NewGuid(), Status: status, IsEnqueued: isEnqueued)).ToArray();
        foreach (var (id, status, isEnqueued) in runs)
        {
            var at = IsPostgres ? "'2026-01-01T00:00:00Z'::timestamptz" : "'2026-01-01T00:00:00.000000Z'";
            await connection.ExecuteAsync(
                $"""
                INSERT INTO workflow_runs (id, tenant_id, workflow_id, status, input, attempts, created_at, enqueued_at, started_at) VALUES (@id, @id, 'w', @status, '1', 1, {at}, {(isEnqueued ? at : "NULL")}, {at});
                INSERT INTO workflow_steps (run_id, name, position, status, output, attempts, run_attempt, started_at) VALUES (@id, 'first', 1, 'completed', '1', 1, 1, {at})
                """,
                new { id = Key(id), status });
        }

        return runs;
    }
}
