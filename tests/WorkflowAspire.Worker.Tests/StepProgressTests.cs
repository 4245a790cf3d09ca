using System.Text.Json;
using WorkflowAspire.BullMQ;
using WorkflowAspire.TestServers;
using WorkflowAspire.Workflows;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Worker.Tests;

public class StepProgressTests(RedisServer redis) : WorkerSpecification(redis)
{
    [Fact]
    public async Task The_progress_of_a_step_is_that_of_its_runs_job()
    {
        Workflow.Run = async (context, ct) =>
        {
            await Service<IStepProgress>().ReportAsync(new StepProgress(context.RunId, "reply", 120), ct);
            return JsonElement.Parse("1");
        };
        var run = await GivenRun();

        var job = await Enqueue(run);

        await Reaches(run, RunStatus.Completed);
        var kept = await Eventually.Get<Job?>(() => Execution.GetJobAsync(job.Id), found => found?.Progress != default(JobProgress));
        kept!.Progress.ToString().ShouldBe("""{"step":"reply","characters":120}""");
    }

    [Fact]
    public async Task A_run_without_a_job_has_no_progress_and_no_error() =>
        await Service<IStepProgress>().ReportAsync(new StepProgress(Guid.NewGuid(), "reply", 120), TestContext.Current.CancellationToken);
}
