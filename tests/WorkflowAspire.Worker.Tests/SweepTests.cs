using WorkflowAspire.TestServers;
using WorkflowAspire.Worker.Sweepers;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Worker.Tests;

public class SweepTests(RedisServer redis) : WorkerSpecification(redis)
{
    private readonly RedisServer _redis = redis;

    protected override IReadOnlyDictionary<string, string?> Settings { get; } = new Dictionary<string, string?>
    {
        ["Worker:Retention:CompletedAfter"] = "00:00:00",
        ["Worker:Retention:FailedJobsAfter"] = "00:00:00",
        ["Worker:Retention:DeadLettersAfter"] = "00:00:00",
        ["Worker:Retention:Interval"] = "00:00:00.200",
        ["Worker:Retention:BatchSize"] = "2",
        ["Worker:RelayInterval"] = "00:00:00.200",
    };

    [Fact]
    public async Task Completed_runs_are_deleted_when_they_are_old_enough_and_failed_ones_are_kept_by_default()
    {
        var failed = await GivenRun();
        await Store.FailAsync(failed.Id, null, "broken");
        var runs = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => GivenRun()));
        foreach (var run in runs) await Enqueue(run);

        foreach (var run in runs) await Eventually.True(async () => await Store.FindAsync(run.Id) is null);

        (await Store.FindAsync(failed.Id)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_row_whose_input_is_no_JSON_fails_that_run_alone()
    {
        var poison = await NeverEnqueued("not json");
        var neighbour = await NeverEnqueued("""{"n":1}""");

        var failed = await Eventually.Get(() => Store.FindAsync(poison), run => run?.Status == RunStatus.Failed);

        failed!.Error.ShouldStartWith("The run's input is not JSON: ");
        // Completed, and deleted by the retention of this worker.
        await Eventually.True(async () => await Store.FindAsync(neighbour) is null);
    }

    [Fact]
    public async Task Failed_jobs_and_dead_letters_are_deleted_when_they_are_old_enough()
    {
        Workflow.Run = (_, _) => throw new BullMQ.UnrecoverableError("broken");
        var run = await GivenRun();

        await Enqueue(run);

        await Reaches(run, RunStatus.Failed);
        await Eventually.True(async () => await Execution.GetJobAsync(run.Id.ToString()) is null);
        await Eventually.True(async () => (await DeadLetters.GetJobCountsAsync())[BullMQ.JobState.Waiting] == 0);
        (await Store.FindAsync(run.Id)).ShouldNotBeNull();
    }

    [Fact]
    public async Task One_worker_sweeps_at_a_time_and_the_next_turn_comes_when_the_interval_is_over()
    {
        var interval = TimeSpan.FromMilliseconds(300);
        var (first, second) = (new SweepTurn(_redis.Connection, "test", interval), new SweepTurn(_redis.Connection, "test", interval));

        (await first.TakeAsync()).ShouldBeTrue();
        (await second.TakeAsync()).ShouldBeFalse();
        (await first.KeepAsync()).ShouldBeTrue();
        (await second.KeepAsync()).ShouldBeFalse();
        await first.EndAsync();

        (await second.TakeAsync()).ShouldBeFalse();
        await Eventually.True(second.TakeAsync);
    }

    private async Task<Guid> NeverEnqueued(string input)
    {
        var created = DateTimeOffset.UtcNow.AddMinutes(-1);
        var run = new WorkflowRun(
            Guid.CreateVersion7(), Guid.NewGuid(), "scripted", RunStatus.Pending, input, Output: null, Error: null, Attempts: 0, created, EnqueuedAt: null, StartedAt: null, CompletedAt: null);
        await Store.CreateAsync(run);
        return run.Id;
    }
}
