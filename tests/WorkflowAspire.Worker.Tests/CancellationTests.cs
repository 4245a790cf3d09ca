using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using WorkflowAspire.BullMQ;
using WorkflowAspire.TestServers;
using WorkflowAspire.Workflows;
using WorkflowAspire.Workflows.Dispatch;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Worker.Tests;

public class CancellationTests(RedisServer redis) : WorkerSpecification(redis)
{
    private readonly RedisServer _redis = redis;
    private readonly TaskCompletionSource _inStep = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task Cancellation_by_another_host_reaches_a_running_step_at_once_and_the_job_ends_quietly()
    {
        await using var otherHost = new ServiceCollection().AddSingleton(Database).AddSingleton<IConnectionMultiplexer>(_redis.Connection).AddWorkflowStore().BuildServiceProvider();
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Workflow.Run = (context, _) => context.StepAsync<JsonElement>("slow", async ct =>
        {
            _inStep.SetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, ct);
            }
            finally
            {
                stopped.SetResult();
            }

            return default;
        });
        var run = await GivenRun();
        await Enqueue(run);
        await _inStep.Task;

        var watch = Stopwatch.StartNew();
        await otherHost.GetRequiredService<RunCancellation>().CancelAsync(run.Id);
        await stopped.Task.WaitAsync(Patience);

        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(5));
        await Logged("Workflow run cancelled");
        await Eventually.Get(() => Execution.GetJobStateAsync(run.Id.ToString()), state => state is JobState.Completed or JobState.Unknown);
        (await Store.FindAsync(run.Id))!.Status.ShouldBe(RunStatus.Cancelled);
        (await DeadLetters.GetJobCountsAsync())[JobState.Waiting].ShouldBe(0);
    }

    [Fact]
    public async Task A_worker_that_was_not_told_notices_with_the_next_checkpoint()
    {
        var release = new TaskCompletionSource();
        var reached = false;
        Workflow.Run = async (context, _) =>
        {
            await context.StepAsync("slow", _ =>
            {
                _inStep.SetResult();
                return release.Task;
            });
            reached = true;
            return default;
        };
        var run = await GivenRun();
        await Enqueue(run);
        await _inStep.Task;

        await Store.CancelAsync(run.Id);
        release.SetResult();

        await Eventually.Get(() => Execution.GetJobStateAsync(run.Id.ToString()), state => state == JobState.Completed);
        (await Store.FindAsync(run.Id))!.Status.ShouldBe(RunStatus.Cancelled);
        reached.ShouldBeFalse();
    }

    [Fact]
    public async Task A_cancelled_parent_cancels_the_child_that_it_waits_for()
    {
        var run = await GivenRun();
        Workflow.Run = async (context, _) =>
        {
            if (context.RunId == run.Id) return await context.RunChildAsync<int, JsonElement>("child", "scripted", 7);
            await context.StepAsync("slow", ct =>
            {
                _inStep.SetResult();
                return Task.Delay(Timeout.Infinite, ct);
            });
            return default;
        };
        await Enqueue(run);
        await _inStep.Task;

        await Service<RunCancellation>().CancelAsync(run.Id);

        (await Store.ListChildrenAsync(run.Id)).ShouldHaveSingleItem().Status.ShouldBe(RunStatus.Cancelled);
        (await Logged("Workflow run cancelled"))["runId"].ShouldNotBe(run.Id.ToString());
    }

    [Fact]
    public async Task A_parent_whose_child_is_cancelled_fails()
    {
        var run = await GivenRun();
        Workflow.Run = async (context, _) => context.RunId == run.Id
            ? await context.RunChildAsync<int, JsonElement>("child", "scripted", 7)
            : await context.WaitForSignalAsync<JsonElement>("never");
        await Enqueue(run);
        var child = (await Eventually.Get(() => Store.ListChildrenAsync(run.Id), children => children is [{ Status: RunStatus.Waiting }])).Single();

        await Service<RunCancellation>().CancelAsync(child.Id);

        (await Reaches(run, RunStatus.Failed)).Error!.ShouldContain("cancelled");
    }

    [Fact]
    public async Task A_run_that_is_cut_at_its_deadline_is_in_the_dead_letter_queue_at_once()
    {
        Workflow.Run = async (context, _) =>
        {
            await context.StepAsync("slow", ct => Task.Delay(Timeout.Infinite, ct));
            return default;
        };
        var run = await GivenRun() with { Id = Guid.CreateVersion7(), EnqueuedAt = null, DeadlineAt = DateTimeOffset.UtcNow.AddSeconds(1) };
        await Store.CreateAsync(run);

        var letter = await DeadLetterOf(run.Id.ToString());

        letter.ErrorMessage.ShouldContain("timeout");
        letter.AttemptsMade.ShouldBe(1);
        await Reaches(run, RunStatus.Failed);
    }

    [Fact]
    public async Task A_parked_run_is_woken_at_its_deadline()
    {
        Workflow.Run = (context, _) => context.WaitForSignalAsync<JsonElement>("never");
        var run = await GivenRun() with { Id = Guid.CreateVersion7(), EnqueuedAt = null, DeadlineAt = DateTimeOffset.UtcNow.AddSeconds(2) };
        await Store.CreateAsync(run);

        await Logged("Workflow run parked");

        (await Reaches(run, RunStatus.Failed)).Error!.ShouldContain("timeout");
    }
}
