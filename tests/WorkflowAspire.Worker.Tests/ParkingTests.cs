using System.Text.Json;
using WorkflowAspire.BullMQ;
using WorkflowAspire.TestServers;
using WorkflowAspire.Workflows.Dispatch;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Worker.Tests;

public class ParkingTests(RedisServer redis) : WorkerSpecification(redis)
{
    private readonly RedisServer _redis = redis;

    [Fact]
    public async Task The_job_of_a_parked_run_is_delayed_without_a_lock_and_has_lost_no_attempt()
    {
        Workflow.Run = async (context, _) =>
        {
            await context.WaitAsync("pause", TimeSpan.FromHours(1));
            return default;
        };
        var run = await GivenRun();

        await Enqueue(run);

        await Logged("Workflow run parked");
        var id = run.Id.ToString();
        (await Execution.GetJobStateAsync(id)).ShouldBe(JobState.Delayed);
        (await Execution.GetJobAsync(id))!.AttemptsMade.ShouldBe(0);
        (await _redis.Connection.GetDatabase().KeyExistsAsync($"bull:{ExecutionQueue.Name}:{id}:lock")).ShouldBeFalse();
        (await Store.FindAsync(run.Id))!.Status.ShouldBe(RunStatus.Waiting);
        var due = await _redis.Connection.GetDatabase().SortedSetScoreAsync($"bull:{ExecutionQueue.Name}:delayed", id);
        DateTimeOffset.FromUnixTimeMilliseconds((long)due!.Value / 4096).ShouldBe(DateTimeOffset.UtcNow.AddHours(1), TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task A_parked_run_goes_on_when_its_time_has_come_and_that_looks_like_no_failure()
    {
        var before = 0;
        Workflow.Run = async (context, _) =>
        {
            await context.StepAsync("before", _ => Task.FromResult(++before));
            await context.WaitAsync("pause", TimeSpan.FromMilliseconds(200));
            return JsonElement.Parse($"{context.Attempt}");
        };
        var run = await GivenRun();

        await Enqueue(run);

        var done = await Reaches(run, RunStatus.Completed);
        done.Output.ShouldBe("1");
        done.Tries.ShouldBe(1);
        before.ShouldBe(1);
        (await Logged("Workflow run completed"))["attemptsMade"].ShouldBe("1");
        Log.GetSnapshot().ShouldNotContain(record => record.Message.Contains("failed") || record.Message == "Recovering stale run");
    }

    [Fact]
    public async Task A_signal_wakes_a_parked_run()
    {
        Workflow.Run = (context, _) => context.WaitForSignalAsync<JsonElement>("approved");
        var run = await GivenRun();
        await Enqueue(run);
        await Reaches(run, RunStatus.Waiting);

        await Store.SendSignalAsync(run.Id, "approved", """{"by":"Ada"}""");
        await Service<ParkedRuns>().WakeAsync(run.Id);

        (await Reaches(run, RunStatus.Completed)).Output.ShouldBe("""{"by":"Ada"}""");
    }

    [Fact]
    public async Task A_signal_whose_sender_could_not_wake_the_run_is_found_by_the_look_at_overslept_runs()
    {
        Workflow.Run = (context, _) => context.WaitForSignalAsync<JsonElement>("approved");
        var run = await GivenRun();
        await Enqueue(run);
        await Logged("Workflow run parked");

        await Store.SendSignalAsync(run.Id, "approved", "1");

        await Reaches(run, RunStatus.Completed);
    }

    [Fact]
    public async Task A_child_runs_as_a_run_of_its_own_and_its_parent_goes_on_with_its_output()
    {
        var run = await GivenRun();
        Workflow.Run = async (context, _) => context.RunId == run.Id
            ? await context.RunChildAsync<int, JsonElement>("child", "scripted", 7)
            : JsonElement.Parse("\"from the child\"");

        await Enqueue(run);

        (await Reaches(run, RunStatus.Completed)).Output.ShouldBe("\"from the child\"");
        var child = (await Store.FindAsync((await Store.ListChildrenAsync(run.Id)).ShouldHaveSingleItem().Id))!;
        child.TenantId.ShouldBe(run.TenantId);
        child.Input.ShouldBe("7");
    }

    [Fact]
    public async Task A_child_that_fails_for_good_fails_its_parent()
    {
        var run = await GivenRun();
        Workflow.Run = async (context, _) => context.RunId == run.Id
            ? await context.RunChildAsync<int, JsonElement>("child", "scripted", 7)
            : throw new UnrecoverableError("no luck");

        await Enqueue(run);

        var child = (await Eventually.Get(() => Store.ListChildrenAsync(run.Id), children => children.Count == 1)).Single();
        var error = (await Reaches(run, RunStatus.Failed)).Error!;
        error.ShouldContain("no luck");
        error.ShouldContain(child.Id.ToString());
        (await DeadLetterOf(run.Id.ToString())).ErrorMessage.ShouldBe(error);
    }
}
