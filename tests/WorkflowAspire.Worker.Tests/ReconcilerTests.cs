using System.Diagnostics.Metrics;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using WorkflowAspire.BullMQ;
using WorkflowAspire.TestServers;
using WorkflowAspire.Workflows;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Worker.Tests;

public class ReconcilerTests(RedisServer redis) : WorkerSpecification(redis)
{
    private const string Repaired = "Repaired a run that had come apart from its job";

    private readonly RedisServer _redis = redis;
    private Guid _active;

    protected override IReadOnlyDictionary<string, string?> Settings { get; } = Quick;

    internal static IReadOnlyDictionary<string, string?> Quick { get; } = new Dictionary<string, string?>
    {
        ["Worker:ReconcileInterval"] = "00:00:00.200",
        ["Worker:LockDuration"] = "00:00:01",
    };

    [Theory]
    [InlineData(RunStatus.Pending)]
    [InlineData(RunStatus.Running)]
    [InlineData(RunStatus.Waiting)]
    public async Task An_unfinished_run_whose_job_is_gone_is_enqueued_anew(RunStatus status)
    {
        using var repairs = new MetricCollector<long>(Service<IMeterFactory>(), WorkflowTelemetry.SourceName, "workflow.reconciler.repairs");
        var run = await GivenRun(status);

        await Reaches(run, RunStatus.Completed);

        var logged = await Logged(Repaired);
        logged["runId"].ShouldBe(run.Id.ToString());
        logged["tenantId"].ShouldBe(run.TenantId.ToString());
        logged["status"].ShouldBe(status.ToString().ToLowerInvariant());
        logged["found"].ShouldBe("job gone");
        logged["done"].ShouldBe("job enqueued anew");
        repairs.GetMeasurementSnapshot().Sum(repair => repair.Value).ShouldBe(1);
    }

    [Fact]
    public async Task Runs_whose_jobs_were_in_a_redis_that_was_emptied_are_executed_all_the_same()
    {
        await Execution.PauseAsync();
        var runs = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => GivenRun()));
        foreach (var run in runs) await Enqueue(run);

        await _redis.Connection.GetDatabase().ExecuteAsync("FLUSHALL");

        foreach (var run in runs) await Reaches(run, RunStatus.Completed);
    }

    [Fact]
    public async Task A_running_run_whose_job_failed_fails_for_the_jobs_reason()
    {
        var run = await GivenFailedJob("the model refused");

        (await Reaches(run, RunStatus.Failed)).Error.ShouldBe("the model refused");
        (await Logged(Repaired))["done"].ShouldBe("run failed");
    }

    [Fact]
    public async Task A_run_whose_job_is_only_in_the_dead_letter_queue_fails_for_the_reason_that_stands_there()
    {
        var run = await GivenFailedJob("the model refused");
        await Execution.RemoveJobAsync(run.Id.ToString());

        (await Reaches(run, RunStatus.Failed)).Error.ShouldBe("the model refused");
    }

    [Fact]
    public async Task A_run_whose_job_is_alive_is_left_alone()
    {
        var ends = new TaskCompletionSource();
        Workflow.Run = async (context, ct) =>
        {
            if (context.RunId == _active) await ends.Task.WaitAsync(ct);
            return System.Text.Json.JsonElement.Parse("1");
        };
        var active = await GivenRun();
        _active = active.Id;
        await Enqueue(active);
        await Reaches(active, RunStatus.Running);
        var delayed = await GivenRun(RunStatus.Waiting);
        await Execution.AddAsync("run", "{}"u8.ToArray(), new JobOptions { JobId = delayed.Id.ToString(), Delay = TimeSpan.FromHours(1) });

        await AfterOneMoreLook(RunStatus.Running);

        (await Store.FindAsync(active.Id))!.Attempts.ShouldBe(1);
        (await Store.FindAsync(delayed.Id))!.Status.ShouldBe(RunStatus.Waiting);
        (await Execution.GetJobStateAsync(delayed.Id.ToString())).ShouldBe(JobState.Delayed);
        Log.GetSnapshot().Count(entry => entry.Message == Repaired).ShouldBe(1);
        ends.SetResult();
        await Reaches(active, RunStatus.Completed);
    }

    [Fact]
    public async Task A_job_that_is_there_but_in_no_list_is_enqueued_anew()
    {
        await Execution.PauseAsync();
        var run = await GivenRun();
        await Enqueue(run);
        await _redis.Connection.GetDatabase().ListRemoveAsync("bull:workflow-execution:wait", run.Id.ToString());
        await _redis.Connection.GetDatabase().ListRemoveAsync("bull:workflow-execution:paused", run.Id.ToString());

        (await Logged(Repaired))["found"].ShouldBe("job in no list");

        await Execution.ResumeAsync();
        await Reaches(run, RunStatus.Completed);
    }

    [Fact]
    public async Task A_run_whose_job_had_another_id_and_is_gone_is_enqueued_anew_once_a_worker_has_had_it()
    {
        var run = await GivenRun(RunStatus.Pending);
        await Store.ClaimAsync(run.Id, run.TenantId, "theirs");

        await Reaches(run, RunStatus.Completed);

        (await Logged(Repaired))["found"].ShouldBe("job gone");
    }

    [Fact]
    public async Task A_run_of_another_producer_whose_job_may_have_any_id_is_left_alone()
    {
        var now = DateTimeOffset.UtcNow;
        var run = new WorkflowRun(Guid.CreateVersion7(), Guid.NewGuid(), "scripted", RunStatus.Running, "1", null, null, 1, now, EnqueuedAt: null, now, null);
        await Store.CreateAsync(run);

        await AfterOneMoreLook(RunStatus.Running);

        (await Store.FindAsync(run.Id))!.ShouldBe(run with { CreatedAt = (await Store.FindAsync(run.Id))!.CreatedAt, StartedAt = (await Store.FindAsync(run.Id))!.StartedAt });
    }

    // A run that comes later in the same look shows, when it is repaired, that the look has passed the ones before it.
    private async Task AfterOneMoreLook(RunStatus status) => await Reaches(await GivenRun(status), RunStatus.Completed);

    // The attempt's failure was never recorded: the job is in the dead letter queue and the row says running.
    private async Task<WorkflowRun> GivenFailedJob(string reason)
    {
        var run = await GivenRun(RunStatus.Failed);
        Workflow.Run = (_, _) => throw new UnrecoverableError(reason);
        await Enqueue(run, attempts: 1);
        await DeadLetterOf(run.Id.ToString());
        await Eventually.Get(() => Execution.GetJobStateAsync(run.Id.ToString()), state => state == JobState.Failed);
        await Reaches(run, RunStatus.Failed);
        await using var connection = await Database.OpenConnectionAsync();
        await Dapper.SqlMapper.ExecuteAsync(connection, "UPDATE workflow_runs SET status = 'running', error = NULL, completed_at = NULL");
        return run;
    }
}

/// <summary>The runbook's case, with a PostgreSQL that goes away.</summary>
public class DatabaseAwayTests(RedisServer redis) : WorkerSpecification(redis)
{
    private readonly PostgresServer _postgres = new();
    private string _database = "";

    protected override IReadOnlyDictionary<string, string?> Settings { get; } =
        new Dictionary<string, string?>(ReconcilerTests.Quick) { ["Worker:OutageDelay"] = "00:00:00.500" };

    [Fact]
    public async Task A_run_whose_job_went_to_the_dead_letter_queue_while_the_database_was_down_fails_once_it_is_back()
    {
        Workflow.Run = async (_, _) =>
        {
            await _postgres.StopAsync();
            throw new InvalidOperationException("broken");
        };
        var run = await GivenRun();

        await Enqueue(run, attempts: 1);

        (await Logged("Failed to update entity status after DLQ routing"))["runId"].ShouldBe(run.Id.ToString());
        (await DeadLetterOf(run.Id.ToString())).ErrorMessage.ShouldBe("broken");
        await _postgres.StartAsync();
        (await Reaches(run, RunStatus.Failed)).Error.ShouldBe("broken");
    }

    [Fact]
    public async Task A_last_attempt_that_can_not_record_its_output_loses_neither_the_run_nor_its_attempt()
    {
        var executed = 0;
        Workflow.Run = async (context, _) =>
        {
            await context.StepAsync("work", _ => Task.FromResult(++executed));
            if (context.Attempt == 1) await _postgres.StopAsync();
            return System.Text.Json.JsonElement.Parse($"{executed}");
        };
        var run = await GivenRun();

        await Enqueue(run, attempts: 1);

        await Logged("Workflow run put off without using up an attempt: the database can't be used");
        await _postgres.StartAsync();
        (await Reaches(run, RunStatus.Completed)).Output.ShouldBe("1");
        (await DeadLetters.GetJobCountsAsync())[JobState.Waiting].ShouldBe(0);
    }

    [Fact]
    public async Task A_last_attempt_that_can_not_be_parked_goes_on_later()
    {
        Workflow.Run = async (context, _) =>
        {
            if (context.Attempt == 1) await _postgres.StopAsync();
            return await context.WaitForSignalAsync<System.Text.Json.JsonElement>("approved");
        };
        var run = await GivenRun();

        await Enqueue(run, attempts: 1);

        await Logged("Workflow run put off without using up an attempt: the database can't be used");
        await _postgres.StartAsync();
        await Reaches(run, RunStatus.Waiting);
    }

    [Fact]
    public async Task A_run_that_can_not_be_claimed_waits_for_the_database()
    {
        var run = await GivenRun();
        await _postgres.StopAsync();

        await Enqueue(run, attempts: 1);

        await Logged("Workflow run put off without using up an attempt: the database can't be used");
        await _postgres.StartAsync();
        await Reaches(run, RunStatus.Completed);
    }

    public override async ValueTask InitializeAsync()
    {
        await _postgres.InitializeAsync();
        _database = await _postgres.CreateDatabaseAsync();
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await base.DisposeAsync();
        await _postgres.DisposeAsync();
    }

    protected override string ConnectionStringOfDatabase => _database;
}
