using WorkflowAspire.TestServers;
using WorkflowAspire.Worker.Execution;
using WorkflowAspire.Workflows.Dispatch;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Worker.Tests;

/// <summary>Runs whose workers have died as often as is allowed.</summary>
public class StalledRunTests(RedisServer redis) : WorkerSpecification(redis)
{
    private readonly RedisServer _redis = redis;

    [Fact]
    public async Task A_run_that_got_on_before_its_worker_died_may_lose_as_many_workers_again()
    {
        var run = await GivenRun();
        Workflow.Run = async (context, _) =>
        {
            await context.StepAsync("first", _ => Task.FromResult(1));
            throw new InvalidOperationException("the worker dies here");
        };
        await BeginsAndVanishes(run);

        (await StalledCounterAfterAnAttempt(run)).ShouldBeNull();
    }

    [Fact]
    public async Task A_run_that_got_nowhere_has_its_vanished_workers_counted_on()
    {
        var run = await GivenRun();
        Workflow.Run = (_, _) => throw new InvalidOperationException("the worker dies here");
        await BeginsAndVanishes(run);

        (await StalledCounterAfterAnAttempt(run)).ShouldBe("3");
    }

    [Fact]
    public void Three_workers_may_vanish_by_default() => new ExecutionOptions().MaxStalledCount.ShouldBe(3);

    private async Task<string?> StalledCounterAfterAnAttempt(WorkflowRun run)
    {
        var (entered, counter) = (new TaskCompletionSource(), $"bull:{ExecutionQueue.Name}:{run.Id}");
        var release = new TaskCompletionSource();
        Workflow.Run = async (_, ct) =>
        {
            entered.SetResult();
            await release.Task.WaitAsync(ct);
            return default;
        };
        await Execution.PauseAsync();
        await Enqueue(run);
        var database = _redis.Connection.GetDatabase();
        await database.HashSetAsync(counter, "stc", 3);
        await Execution.ResumeAsync();
        await entered.Task.WaitAsync(Patience);
        var counted = (string?)await database.HashGetAsync(counter, "stc");
        release.SetResult();
        return counted;
    }
}
