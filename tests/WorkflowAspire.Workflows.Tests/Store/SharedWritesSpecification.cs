using System.Data.Common;
using System.Diagnostics.Metrics;
using CsCheck;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using WorkflowAspire.Workflows.Runs;
using WorkflowAspire.Workflows.Store;

namespace WorkflowAspire.Workflows.Tests.Store;

/// <summary>What concurrent writes promise although they share transactions, on either database.</summary>
public abstract class SharedWritesSpecification : StoreSpecification
{
    private static readonly Gen<Statement[]> Statements = Gen.Select(Gen.Enum<What>(), Gen.Int[0, 4], Gen.Int[0, 3], (what, row, attempt) => new Statement(what, row, attempt)).Array[1, 60];

    [Fact]
    public async Task Writes_of_concurrent_runs_share_round_trips()
    {
        var meters = Services.GetRequiredService<IMeterFactory>();
        using var roundTrips = new MetricCollector<long>(meters, WorkflowTelemetry.SourceName, "workflow.store.round_trips");
        using var statements = new MetricCollector<long>(meters, WorkflowTelemetry.SourceName, "workflow.store.statements");

        await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => AcceptRun()));

        statements.GetMeasurementSnapshot().Sum(measured => measured.Value).ShouldBe(500);
        roundTrips.GetMeasurementSnapshot().Sum(measured => measured.Value).ShouldBeLessThan(250);
        (await Store.ListAsync(new RunFilter(), null, 1000)).Items.Count.ShouldBe(500);
    }

    [Fact]
    public async Task A_write_that_fails_fails_alone()
    {
        var taken = await AcceptRun();

        var writes = Enumerable.Range(0, 100).Select(n => Store.CreateAsync(n % 10 == 0 ? taken : NewRun())).ToArray();

        await Task.WhenAll(writes).ContinueWith(_ => { }, TaskScheduler.Default);
        writes.Select((write, n) => (write, n)).ShouldAllBe(pair => pair.write.IsFaulted == (pair.n % 10 == 0));
        writes.Where(write => write.IsFaulted).ShouldAllBe(write => write.Exception!.InnerException is DbException);
        (await Store.ListAsync(new RunFilter(), null, 1000)).Items.Count.ShouldBe(91);
    }

    [Fact]
    public async Task A_checkpoint_that_is_repeated_counts_its_tries_once()
    {
        var lease = await AcceptAndClaim();
        var step = new WorkflowStep("ask", 1, StepStatus.Completed, "1", null, 2, Time.GetUtcNow(), Time.GetUtcNow());

        await Store.SaveStepAsync(lease, step, default);
        await Store.SaveStepAsync(lease, step, default);

        (await Store.ListStepsAsync(lease.Run.Id)).ShouldHaveSingleItem().Attempts.ShouldBe(2);
    }

    [Fact]
    public async Task Any_concurrent_writes_have_the_outcomes_and_leave_the_rows_of_one_by_one_execution()
    {
        await using var otherSource = await CreateDatabaseAsync();
        using var other = TestServices.BuildHost(otherSource, Time, services => services.Configure<StoreOptions>(options => options.GroupCommit = false));
        await other.StartAsync();
        var (shared, plain) = (Services.GetRequiredService<WorkflowDatabase>(), other.Services.GetRequiredService<WorkflowDatabase>());

        await Statements.SampleAsync(
            async statements =>
            {
                var rows = Enumerable.Range(0, 5).Select(_ => Guid.NewGuid()).ToArray();
                var together = await Task.WhenAll(statements.Select(statement => OutcomeOf(shared, statement, rows)).ToArray());
                var expected = new List<string>();
                foreach (var statement in statements) expected.Add(await OutcomeOf(plain, statement, rows));
                together.ShouldBe(expected);
                (await Dump(Source, rows)).ShouldBe(await Dump(otherSource, rows));
            },
            iter: 60, threads: 1);
    }

    private static async Task<string> OutcomeOf(WorkflowDatabase database, Statement statement, Guid[] rows)
    {
        var parameters = new StoreParameters { ["id"] = rows[statement.Row], ["attempt"] = statement.Attempt };
        try
        {
            return statement.What switch
            {
                What.Insert => $"{await database.ExecuteAsync("INSERT INTO workflow_runs (id, tenant_id, workflow_id, status, attempts, created_at) VALUES (@id, @id, 'w', 'running', @attempt, CURRENT_TIMESTAMP)", parameters, default)}",
                What.Claim => string.Join(',', await database.ExecuteReturningAsync(
                    "UPDATE workflow_runs SET attempts = attempts + 1 WHERE id = @id RETURNING attempts", parameters, row => row.GetInt32(0), default)),
                What.Complete => $"{await database.ExecuteAsync("UPDATE workflow_runs SET status = 'completed' WHERE id = @id AND attempts >= @attempt AND status = 'running'", parameters, default)}",
                What.Checkpoint => $"{await database.ExecuteAsync(
                    $"INSERT INTO workflow_steps (run_id, run_attempt, name, position, status, attempts, started_at) SELECT @id, @attempt, 'step', 1, 'completed', 1, CURRENT_TIMESTAMP WHERE EXISTS (SELECT 1 FROM workflow_runs WHERE id = @id AND status = 'running' {database.Dialect.SharedRowLock}) ON CONFLICT (run_id, name) DO UPDATE SET attempts = workflow_steps.attempts + 1",
                    parameters, default)}",
                _ => $"{await database.ExecuteAsync("UPDATE workflow_runs SET status = 'nonsense' WHERE id = @id", parameters, default)}",
            };
        }
        catch (DbException)
        {
            return "refused";
        }
    }

    private static async Task<string> Dump(DbDataSource source, Guid[] rows)
    {
        await using var connection = await source.OpenConnectionAsync();
        var runs = await connection.QueryAsync<(string Id, string Status, int Attempts)>("SELECT CAST(id AS text), status, attempts FROM workflow_runs");
        var steps = await connection.QueryAsync<(string Id, string Name, int Attempts)>("SELECT CAST(run_id AS text), name, attempts FROM workflow_steps");
        var ours = rows.Select(row => row.ToString()).ToHashSet();
        return string.Join('\n', runs.Where(run => ours.Contains(run.Id)).Select(run => $"{run}").Order().Concat(steps.Where(step => ours.Contains(step.Id)).Select(step => $"{step}").Order()));
    }

    private enum What
    {
        Insert,
        Claim,
        Complete,
        Checkpoint,
        Refused,
    }

    private sealed record Statement(What What, int Row, int Attempt);
}
