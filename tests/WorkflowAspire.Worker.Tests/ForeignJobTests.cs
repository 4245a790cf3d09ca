using System.Text.Json;
using WorkflowAspire.BullMQ;
using WorkflowAspire.TestServers;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Worker.Tests;

/// <summary>Producers that insert their own rows and give their jobs ids of their own.</summary>
public class ForeignJobTests(RedisServer redis) : WorkerSpecification(redis)
{
    [Fact]
    public async Task A_run_whose_job_waits_under_another_id_gets_no_second_job()
    {
        var executed = 0;
        Workflow.Run = (_, _) => Task.FromResult(JsonElement.Parse($"{Interlocked.Increment(ref executed)}"));
        await Execution.PauseAsync();
        var run = await GivenRowOfAnotherProducer();
        await Enqueue("j1", PayloadOf(run));

        await Eventually.Get(() => Store.FindAsync(run.Id), now => now is { JobId: "j1", EnqueuedAt: not null });

        (await Execution.GetJobCountsAsync())[JobState.Waiting].ShouldBe(1);
        await Execution.ResumeAsync();
        (await Reaches(run, RunStatus.Completed)).Output.ShouldBe("1");
    }

    [Fact]
    public async Task An_input_that_names_another_run_is_not_taken_for_that_runs_job()
    {
        await Execution.PauseAsync();
        var (victim, hostile) = (await GivenRowOfAnotherProducer(), await GivenRowOfAnotherProducer());
        await Enqueue("j1", $$"""{"input":{"runId":"{{victim.Id}}"},"runId":"{{hostile.Id}}","tenantId":"{{hostile.TenantId}}","workflowId":"scripted"}""");

        (await Eventually.Get(() => Store.FindAsync(hostile.Id), now => now?.JobId is not null))!.JobId.ShouldBe("j1");

        (await Eventually.Get(() => Store.FindAsync(victim.Id), now => now?.JobId is not null))!.JobId.ShouldBe(victim.Id.ToString());
        (await Execution.GetJobAsync(victim.Id.ToString())).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_second_job_of_a_run_that_another_carries_is_skipped()
    {
        var (release, executed) = (new TaskCompletionSource(), 0);
        Workflow.Run = async (_, ct) =>
        {
            Interlocked.Increment(ref executed);
            await release.Task.WaitAsync(ct);
            return JsonElement.Parse("1");
        };
        var run = await GivenRun();
        await Enqueue(run);
        await Reaches(run, RunStatus.Running);

        await Enqueue("twin", PayloadOf(run));

        (await Logged("Skipping a job whose run another job carries"))["carriedBy"].ShouldBe(run.Id.ToString());
        release.SetResult();
        await Reaches(run, RunStatus.Completed);
        executed.ShouldBe(1);
        await Eventually.Get(() => Execution.GetJobStateAsync("twin"), state => state == JobState.Completed);
    }

    [Fact]
    public async Task Many_runs_that_were_never_enqueued_are_enqueued_in_one_look_whatever_one_of_them_holds()
    {
        await Execution.PauseAsync();
        var runs = new List<WorkflowRun>();
        for (var i = 0; i < 1_200; i++) runs.Add(await GivenRowOfAnotherProducer(i == 700 ? "not json" : "1"));

        await Eventually.True(async () => (await Execution.GetJobCountsAsync())[JobState.Waiting] == 1_199);

        (await Reaches(runs[700], RunStatus.Failed)).Error!.ShouldStartWith("The run's input is not JSON: ");
    }

    private static string PayloadOf(WorkflowRun run) => $$"""{"runId":"{{run.Id}}","tenantId":"{{run.TenantId}}","workflowId":"scripted","input":1}""";

    private async Task<WorkflowRun> GivenRowOfAnotherProducer(string input = "1")
    {
        var run = new WorkflowRun(
            Guid.NewGuid(), Guid.NewGuid(), "scripted", RunStatus.Pending, input, Output: null, Error: null, Attempts: 0, DateTimeOffset.UtcNow.AddMinutes(-1), null, null, null);
        await Store.CreateAsync(run);
        return run;
    }
}
