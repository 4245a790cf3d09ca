using WorkflowAspire.BullMQ;
using WorkflowAspire.TestServers;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Worker.Tests;

/// <summary>A worker of the old version beside one that has published a new workflow.</summary>
public class RolloutTests(RedisServer redis) : WorkerSpecification(redis)
{
    [Fact]
    public async Task A_run_of_a_workflow_that_another_worker_has_is_put_back_without_using_up_an_attempt()
    {
        await AnotherWorkerPublishes("brand-new");
        var run = await GivenRun(workflow: "brand-new");

        await Enqueue(run, attempts: 1);

        (await Logged("Put back a run whose workflow this worker doesn't have; another has published it"))["workflowId"].ShouldBe("brand-new");
        (await Reaches(run, RunStatus.Pending)).Error.ShouldBeNull();
        await Eventually.Get(() => Execution.GetJobStateAsync(run.Id.ToString()), state => state == JobState.Delayed);
        (await Execution.GetJobAsync(run.Id.ToString()))!.AttemptsMade.ShouldBe(0);
    }

    [Fact]
    public async Task A_run_of_a_workflow_that_nobody_has_fails_at_once()
    {
        var run = await GivenRun(workflow: "mistyped");

        await Enqueue(run);

        (await Reaches(run, RunStatus.Failed)).Error!.ShouldStartWith("Workflow 'mistyped' is not registered in this worker");
        (await DeadLetterOf(run.Id.ToString())).AttemptsMade.ShouldBe(1);
    }

    protected async Task AnotherWorkerPublishes(string workflow)
    {
        await using var connection = await Database.OpenConnectionAsync();
        await Dapper.SqlMapper.ExecuteAsync(connection, "INSERT INTO workflows (name, published_at) VALUES (@workflow, '2026-01-01T00:00:00.000000Z')", new { workflow });
    }
}

/// <summary>A rollout that has come to its end, or to nothing.</summary>
public class EndedRolloutTests(RedisServer redis) : RolloutTests(redis)
{
    protected override IReadOnlyDictionary<string, string?> Settings { get; } = new Dictionary<string, string?> { ["Worker:UnknownWorkflowGrace"] = "00:00:01" };

    [Fact]
    public async Task A_run_for_which_nobody_came_in_time_fails()
    {
        await AnotherWorkerPublishes("withdrawn");
        var run = await GivenRun(workflow: "withdrawn");

        await Enqueue(run);

        await Logged("Put back a run whose workflow this worker doesn't have; another has published it");
        (await Reaches(run, RunStatus.Failed)).Error!.ShouldStartWith("Workflow 'withdrawn' is not registered in this worker");
    }
}
