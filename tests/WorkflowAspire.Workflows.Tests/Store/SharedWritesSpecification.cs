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

    private static readonly SetStatement[] Sets = [RunSql.Submit, RunSql.MarkEnqueued, RunSql.Claim, RunSql.Complete, RunSql.SaveStep(StoreDialect.Postgres)];

    [Fact]
    public async Task Writes_of_concurrent_runs_share_round_trips()
    {
        var meters = Services.GetRequiredService<IMeterFactory>();
        using var roundTrips = new MetricCollector<long>(meters, WorkflowTelemetry.SourceName, "workflow.store.round_trips");

        await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => AcceptRun()));

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
        var now = DateTimeOffset.UnixEpoch;
        var row = rows[statement.Row];
        var parameters = new StoreParameters();
        foreach (var column in Sets.SelectMany(set => set.Columns)) parameters[column.Name] = null;
        (parameters["id"], parameters["run"], parameters["tenant"], parameters["attempt"], parameters["at"], parameters["result"]) = (row, row, row, statement.Attempt, now, "1");
        foreach (var (name, value) in OthersOf(statement, now)) parameters[name] = value;
        try
        {
            return statement.What switch
            {
                What.Submit => $"{await database.ExecuteAsync(RunSql.Submit, parameters, default)}",
                What.MarkEnqueued => $"{await database.ExecuteAsync(RunSql.MarkEnqueued, parameters, default)}",
                What.Claim => string.Join(',', await database.ExecuteReturningAsync(RunSql.Claim, parameters, claimed => WorkflowRun.Read(claimed).Attempts, default)),
                What.Complete => $"{await database.ExecuteAsync(RunSql.Complete, parameters, default)}",
                What.Checkpoint => $"{await database.ExecuteAsync(RunSql.SaveStep(database.Dialect), parameters, default)}",
                What.HandBack => $"{await database.ExecuteAsync("UPDATE workflow_runs SET status = 'pending' WHERE id = @id AND attempts >= @attempt", parameters, default)}",
                What.Delete => $"{await database.ExecuteAsync("DELETE FROM workflow_runs WHERE id = @id AND attempts > @attempt", parameters, default)}",
                _ => $"{await database.ExecuteAsync("UPDATE workflow_runs SET status = 'nonsense' WHERE id = @id", parameters, default)}",
            };
        }
        catch (DbException)
        {
            return "refused";
        }
    }

    private static Dictionary<string, object> OthersOf(Statement statement, DateTimeOffset now) => statement.What switch
    {
        What.Submit => new() { ["workflow"] = "w", ["state"] = "pending", ["claims"] = 0, ["parked"] = 0, ["created"] = now },
        What.Claim => new() { ["job"] = $"job-{statement.Attempt % 2}", ["gone"] = "job-0" },
        What.Checkpoint => new()
        {
            ["step"] = $"step-{statement.Attempt % 2}",
            ["place"] = 1,
            ["state"] = "completed",
            ["tries"] = 1,
            ["since"] = now,
            ["sort"] = "step",
            ["within"] = "",
            ["beside"] = 0,
            ["begun"] = 0,
        },
        _ => [],
    };

    private static async Task<string> Dump(DbDataSource source, Guid[] rows)
    {
        await using var connection = await source.OpenConnectionAsync();
        var runs = await connection.QueryAsync<(string Id, string Status, int Attempts)>("SELECT CAST(id AS text), status, attempts FROM workflow_runs");
        var phases = await connection.QueryAsync<(string Id, string Phase)>("SELECT CAST(run_id AS text), phase FROM workflow_run_phases");
        var steps = await connection.QueryAsync<(string Id, string Name, int Attempts)>("SELECT CAST(run_id AS text), name, attempts FROM workflow_steps");
        var ours = rows.Select(row => row.ToString()).ToHashSet();
        return string.Join('\n', runs.Where(run => ours.Contains(run.Id)).Select(run => $"{run}").Order().Concat(phases.Where(phase => ours.Contains(phase.Id)).Select(phase => $"{phase}").Order()).Concat(steps.Where(step => ours.Contains(step.Id)).Select(step => $"{step}").Order()));
    }

    private enum What
    {
        Submit,
        MarkEnqueued,
        Claim,
        Complete,
        Checkpoint,
        HandBack,
        Delete,
        Refused,
    }

    private sealed record Statement(What What, int Row, int Attempt);
}
