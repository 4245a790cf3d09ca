using System.Text.Json;
using WorkflowAspire.BullMQ;
using WorkflowAspire.TestServers;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Worker.Tests;

public class ExecutionTests(RedisServer redis) : WorkerSpecification(redis)
{
    [Fact]
    public async Task A_run_is_executed_and_completes_with_its_output()
    {
        var run = await GivenRun();

        await Enqueue(run);

        (await Reaches(run, RunStatus.Completed)).Output.ShouldBe("""{"ok":true}""");
        var started = await Logged("Processing workflow run");
        started["jobId"].ShouldBe(run.Id.ToString());
        var completed = await Logged("Workflow run completed");
        completed["runId"].ShouldBe(run.Id.ToString());
        completed["tenantId"].ShouldBe(run.TenantId.ToString());
        completed["attemptsMade"].ShouldBe("1");
        completed.ShouldContainKey("durationMs");
    }

    [Theory]
    [InlineData(16_382, false)]
    [InlineData(16_383, true)]
    public async Task A_job_returns_its_runs_output_unless_it_is_large(int letters, bool isLarge)
    {
        var text = new string('x', letters);
        Workflow.Run = (_, _) => Task.FromResult(JsonSerializer.SerializeToElement(text));
        var run = await GivenRun();

        await Enqueue(run);

        (await Reaches(run, RunStatus.Completed)).Output.ShouldBe($"\"{text}\"");
        var job = await Eventually.Get(() => Execution.GetJobAsync(run.Id.ToString()), found => found is { FinishedOn: not null });
        JsonElement.Parse(job!.ReturnValue!.Value.Span).ToString().ShouldBe(isLarge ? $$"""{"runId":"{{run.Id}}","outputBytes":{{letters + 2}}}""" : text);
    }

    [Fact]
    public async Task A_failed_attempt_tells_its_worker_and_the_step_that_failed()
    {
        Workflow.Run = async (context, _) =>
        {
            await context.StepAsync("ask", _ => context.Attempt == 1 ? throw new InvalidOperationException("No answer to request 17.") : Task.FromResult(1), new WorkflowAspire.Workflows.StepOptions { Attempts = 1 });
            return JsonElement.Parse("1");
        };
        var run = await GivenRun();

        await Enqueue(run);

        (await Reaches(run, RunStatus.Completed)).Attempts.ShouldBe(2);
        (await Store.ListAttemptsAsync(run.Id)).ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            failed => failed.Worker.ShouldNotBeNullOrEmpty(),
            failed => failed.Error!.Step.ShouldBe("ask"),
            failed => failed.Error!.Type.ShouldBe(typeof(InvalidOperationException).FullName),
            failed => failed.Error!.Message.ShouldBe("No answer to request 17."),
            failed => failed.Error!.Stack.ShouldNotBeNullOrEmpty());
    }

    [Fact]
    public async Task A_completed_run_is_never_executed_again()
    {
        var executed = false;
        Workflow.Run = (_, _) =>
        {
            executed = true;
            return Task.FromResult(default(JsonElement));
        };
        var run = await GivenRun(RunStatus.Completed);

        await Enqueue(run);

        (await Logged("Skipping already-completed run"))["runId"].ShouldBe(run.Id.ToString());
        await Eventually.Get(() => Execution.GetJobStateAsync(run.Id.ToString()), state => state == JobState.Completed);
        executed.ShouldBeFalse();
    }

    [Fact]
    public async Task A_cancelled_run_is_not_executed()
    {
        var run = await GivenRun(RunStatus.Cancelled);

        await Enqueue(run);

        await Logged("Skipping cancelled run");
        (await Store.FindAsync(run.Id))!.Status.ShouldBe(RunStatus.Cancelled);
    }

    [Fact]
    public async Task A_run_whose_worker_vanished_is_recovered_from_its_last_finished_step()
    {
        var effects = 0;
        Workflow.Run = async (context, _) =>
        {
            await context.StepAsync("first", _ => Task.FromResult(++effects));
            if (context.Attempt == 1) throw new InvalidOperationException("the worker vanishes here");
            return JsonElement.Parse($"{context.Attempt}");
        };
        var run = await GivenRun();
        await BeginsAndVanishes(run);

        await Enqueue(run);

        (await Reaches(run, RunStatus.Completed)).Output.ShouldBe("2");
        effects.ShouldBe(1);
        (await Logged("Recovering stale run"))["runId"].ShouldBe(run.Id.ToString());
    }

    [Fact]
    public async Task A_failed_attempt_is_followed_by_another_which_resumes_after_the_finished_step()
    {
        var (effects, failures) = (0, 0);
        Workflow.Run = async (context, _) =>
        {
            await context.StepAsync("paid for", _ => Task.FromResult(++effects));
            if (failures++ == 0) throw new InvalidOperationException("passing trouble");
            return JsonElement.Parse("1");
        };
        var run = await GivenRun();

        await Enqueue(run);

        (await Reaches(run, RunStatus.Completed)).Attempts.ShouldBe(2);
        effects.ShouldBe(1);
        var retry = await Logged("Workflow run attempt 1/3 failed, will retry");
        retry["error"].ShouldBe("passing trouble");
        retry["attemptsMade"].ShouldBe("1");
        retry["runId"].ShouldBe(run.Id.ToString());
        Log.GetSnapshot().ShouldNotContain(record => record.Message == "Recovering stale run");
    }

    [Fact]
    public async Task An_attempt_that_another_job_has_superseded_changes_nothing()
    {
        var release = new TaskCompletionSource();
        Workflow.Run = async (context, _) =>
        {
            if (context.Attempt == 1) await release.Task;
            return JsonElement.Parse($"{context.Attempt}");
        };
        var run = await GivenRun();
        await Enqueue(run);
        await Reaches(run, RunStatus.Running);
        await Execution.ObliterateAsync(force: true);
        await Enqueue("another-job", $$"""{"runId":"{{run.Id}}","tenantId":"{{run.TenantId}}","workflowId":"scripted"}""");
        await Reaches(run, RunStatus.Completed);

        release.SetResult();

        await Logged("Workflow run attempt was superseded, dropping its result");
        (await Store.FindAsync(run.Id))!.Output.ShouldBe("2");
        (await DeadLetters.GetJobCountsAsync())[JobState.Waiting].ShouldBe(0);
    }

    [Fact]
    public async Task A_run_that_was_accepted_and_never_enqueued_is_enqueued_by_the_relay()
    {
        var run = await GivenRun() with { Id = Guid.CreateVersion7(), EnqueuedAt = null };
        await Store.CreateAsync(run);

        (await Reaches(run, RunStatus.Completed)).EnqueuedAt.ShouldNotBeNull();

        (await Logged("Enqueued a run that was accepted and never enqueued"))["runId"].ShouldBe(run.Id.ToString());
    }
}
