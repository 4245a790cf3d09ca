using System.Diagnostics.Metrics;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using WorkflowAspire.BullMQ;
using WorkflowAspire.TestServers;
using WorkflowAspire.Worker.Fairness;
using WorkflowAspire.Workflows;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Worker.Tests;

public class FairnessTests(RedisServer redis) : FairnessSpecification(redis)
{
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task A_tenants_limit_holds_over_all_workers_and_all_its_runs_complete()
    {
        await AnotherWorker();
        RunsTake(async ct => await Task.Delay(20, ct));

        var runs = await Submit(Busy, 40);

        foreach (var run in runs) await Reaches(run, RunStatus.Completed);
        MostAtOnce(Busy).ShouldBe(2);
        await Eventually.True(async () => await PlacesOf(Busy) == 0 && await ParkedOf(Busy) == 0);
    }

    [Fact]
    public async Task A_tenant_with_thousands_of_runs_does_not_keep_another_from_its_single_one()
    {
        RunsTake(ct => _gate.Task.WaitAsync(ct));
        await Submit(Busy, 2000);
        await Eventually.True(() => RunningNow(Busy) == 2);
        Workflow.Run = (_, _) => Task.FromResult(System.Text.Json.JsonElement.Parse("{}"));

        var single = await Submit(Other);

        await Reaches(single, RunStatus.Completed);
        MostAtOnce(Busy).ShouldBe(2);
        var counts = await Eventually.Get(() => Execution.GetJobCountsAsync(), now => now[JobState.Completed] > 0);
        counts[JobState.Completed].ShouldBe(1);
        (counts[JobState.Waiting] + counts[JobState.Delayed]).ShouldBeGreaterThan(1900);
        _gate.SetResult();
    }

    [Fact]
    public async Task A_parked_run_is_delayed_has_lost_no_attempt_and_holds_no_lock_and_its_row_is_untouched()
    {
        using var parked = new MetricCollector<long>(Service<IMeterFactory>(), WorkflowTelemetry.SourceName, "workflow.tenant.parked");
        var run = await ParkedRun();

        var job = (await Execution.GetJobAsync(run.Id.ToString()))!;

        (await job.GetStateAsync()).ShouldBe(JobState.Delayed);
        job.AttemptsMade.ShouldBe(0);
        job.Delay.ShouldBeInRange(TimeSpan.FromSeconds(24), TimeSpan.FromSeconds(36));
        (await Redis.KeyExistsAsync($"bull:workflow-execution:{job.Id}:lock")).ShouldBeFalse();
        (await Execution.GetJobCountsAsync())[JobState.Active].ShouldBe(2);
        (await Store.FindAsync(run.Id))!.ShouldSatisfyAllConditions(row => row.Status.ShouldBe(RunStatus.Pending), row => row.Attempts.ShouldBe(0));
        parked.LastMeasurement!.ShouldSatisfyAllConditions(counted => counted.Value.ShouldBe(1), counted => counted.Tags["reason"].ShouldBe("concurrency"));
        _gate.SetResult();
    }

    [Fact]
    public async Task Whoever_ends_wakes_a_parked_run_at_once()
    {
        var run = await ParkedRun();
        var before = DateTimeOffset.UtcNow;

        _gate.SetResult();

        (await Reaches(run, RunStatus.Completed)).Attempts.ShouldBe(1);
        (DateTimeOffset.UtcNow - before).ShouldBeLessThan(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_run_that_fails_gives_back_its_place_too()
    {
        RunsTake(_ => throw new UnrecoverableError("broken"));

        var runs = await Submit(Busy, 10);

        foreach (var run in runs) await Reaches(run, RunStatus.Failed);
        await Eventually.True(async () => await PlacesOf(Busy) == 0);
    }

    [Fact]
    public async Task Runs_of_a_tenant_start_in_their_order()
    {
        var order = new List<Guid>();
        Workflow.Run = async (context, ct) =>
        {
            lock (order) order.Add(context.RunId);
            await Task.Delay(5, ct);
            return System.Text.Json.JsonElement.Parse("{}");
        };

        var runs = await Submit(Busy, 60);

        foreach (var run in runs) await Reaches(run, RunStatus.Completed);
        order.Index().Average(at => Math.Abs(at.Index - runs.Index().First(run => run.Item.Id == at.Item).Index)).ShouldBeLessThan(5);
    }

    [Fact]
    public async Task The_rate_of_a_tenants_starts_is_bounded()
    {
        RunsTake(_ => Task.CompletedTask);

        var runs = await Submit(Limited, 45);

        foreach (var run in runs) await Reaches(run, RunStatus.Completed);
        // Five at once, forty more at twenty a second.
        (Starts[^1] - Starts[0]).ShouldBeGreaterThan(TimeSpan.FromSeconds(1.9));
    }

    [Fact]
    public async Task A_lost_line_is_healed_by_each_jobs_own_delay()
    {
        var run = await ParkedRun();
        await Redis.KeyDeleteAsync(Line.Key(Busy, ":parked"));
        _gate.SetResult();
        await Eventually.True(() => RunningNow(Busy) == 0);

        await (await Execution.GetJobAsync(run.Id.ToString()))!.ChangeDelayAsync(TimeSpan.FromMilliseconds(50));

        await Reaches(run, RunStatus.Completed);
    }

    [Fact]
    public async Task A_job_that_was_removed_while_parked_does_not_hold_up_the_line()
    {
        var removed = await ParkedRun();
        var run = await Submit(Busy);
        await Eventually.True(async () => await ParkedOf(Busy) == 2);
        await (await Execution.GetJobAsync(removed.Id.ToString()))!.RemoveAsync();

        _gate.SetResult();

        await Reaches(run, RunStatus.Completed);
    }

    [Fact]
    public async Task A_job_without_a_tenant_fails_as_ever()
    {
        await Enqueue("broken", """{"runId":"x"}""");

        (await DeadLetterOf("broken")).ErrorMessage.ShouldContain("can't be read");
    }

    // Two runs hold the tenant's places until the gate opens; this is the third.
    private async Task<WorkflowRun> ParkedRun()
    {
        RunsTake(ct => _gate.Task.WaitAsync(ct));
        await Submit(Busy, 2);
        await Eventually.True(() => RunningNow(Busy) == 2);
        var run = await Submit(Busy);
        await Eventually.True(async () => await ParkedOf(Busy) == 1);
        return run;
    }
}

/// <summary>Short leases: a worker that is gone is noticed soon.</summary>
public class VanishedWorkerTests(RedisServer redis) : FairnessSpecification(redis)
{
    private static readonly TenantLimit Two = new(2, 0, 0);

    protected override IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?>(base.Settings)
    {
        ["Worker:LockDuration"] = "00:00:02",
        ["Worker:Tenants:FallbackDelay"] = "00:00:01",
    };

    [Fact]
    public async Task The_places_of_a_killed_worker_come_free_when_its_locks_would()
    {
        await Line.EnterAsync(Busy, Two, "vanished-1", DateTimeOffset.UtcNow);
        await Line.EnterAsync(Busy, Two, "vanished-2", DateTimeOffset.UtcNow);

        var run = await Submit(Busy);

        await Eventually.True(async () => await ParkedOf(Busy) == 1);
        await Reaches(run, RunStatus.Completed);
        await Eventually.True(async () => await PlacesOf(Busy) == 0);
    }

    [Fact]
    public async Task A_run_that_takes_long_keeps_its_place()
    {
        RunsTake(ct => Task.Delay(TimeSpan.FromSeconds(4.5), ct));

        var runs = await Submit(Busy, 4);

        foreach (var run in runs) await Reaches(run, RunStatus.Completed);
        MostAtOnce(Busy).ShouldBe(2);
    }

    [Fact]
    public async Task A_run_whose_tenant_cannot_be_counted_is_executed_and_that_is_logged_once()
    {
        // A key of another type stands for a Redis that refuses.
        await Redis.StringSetAsync(Line.Key(Busy), "no sorted set");

        var runs = await Submit(Busy, 5);

        foreach (var run in runs) await Reaches(run, RunStatus.Completed);
        Log.GetSnapshot().Count(entry => entry.Message.StartsWith("Tenants' runs can't be counted", StringComparison.Ordinal)).ShouldBe(1);
        await Redis.KeyDeleteAsync(Line.Key(Busy));
        await Reaches(await Submit(Busy), RunStatus.Completed);
        await Logged("Tenants' runs are counted again");
    }
}
