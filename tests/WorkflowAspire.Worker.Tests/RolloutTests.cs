using WorkflowAspire.BullMQ;
using WorkflowAspire.TestServers;
using WorkflowAspire.Workflows.Definitions;
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

    [Theory]
    [InlineData("""{"name":"newer","steps":[{"id":"a","type":"brand-new"}]}""", "brand-new")]
    [InlineData("""{"name":"newer","steps":[""", "can't be read as JSON")]
    public async Task A_run_of_a_definition_that_only_another_version_can_read_is_put_back_without_using_up_an_attempt(string definition, string named)
    {
        var run = await GivenRunOf(definition);

        await Enqueue(run, attempts: 1);

        var told = await Logged("Put back a run whose definition this worker can't read; another version of the product has accepted it");
        (told["workflowId"], told["definitionVersion"]).ShouldBe(("newer", "1"));
        told["error"].ShouldNotBeNull().ShouldContain(named);
        (await Reaches(run, RunStatus.Pending)).Error.ShouldBeNull();
        await Eventually.Get(() => Execution.GetJobStateAsync(run.Id.ToString()), state => state == JobState.Delayed);
        (await Execution.GetJobAsync(run.Id.ToString()))!.AttemptsMade.ShouldBe(0);
    }

    [Fact]
    public async Task A_run_of_a_definition_that_is_nowhere_fails_at_once()
    {
        var run = await GivenRun("removed", Guid.NewGuid(), version: 3);

        await Enqueue(run);

        (await Reaches(run, RunStatus.Failed)).Error!.ShouldEndWith("has no definition 'removed' of version 3; it was removed from the database.");
    }

    /// <summary>A run of a definition as another version of the product has stored it.</summary>
    protected async Task<WorkflowRun> GivenRunOf(string definition)
    {
        var tenant = Guid.NewGuid();
        var version = (await Service<DefinitionStore>().SaveAsync(tenant, "newer", "{}")).Stored.Version;
        await using var connection = await Database.OpenConnectionAsync();
        await Dapper.SqlMapper.ExecuteAsync(connection, "UPDATE workflow_definitions SET definition = @definition WHERE name = 'newer'", new { definition });
        return await GivenRun("newer", tenant, version);
    }

    private async Task<WorkflowRun> GivenRun(string workflow, Guid tenant, int version)
    {
        var run = new WorkflowRun(Guid.CreateVersion7(), tenant, workflow, RunStatus.Pending, "{}", null, null, 0, DateTimeOffset.UtcNow, null, null, null)
        {
            DefinitionVersion = version,
        };
        await Store.CreateAsync(run);
        return run;
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

    [Fact]
    public async Task A_definition_that_nobody_could_read_in_time_fails_its_run_and_says_so()
    {
        var run = await GivenRunOf("""{"name":"newer","steps":[{"id":"a","type":"brand-new"}]}""");

        await Enqueue(run);

        await Logged("Put back a run whose definition this worker can't read; another version of the product has accepted it");
        var error = (await Reaches(run, RunStatus.Failed)).Error!;
        error.ShouldStartWith("Definition 'newer' (version 1) can't be used by this version of the product");
        error.ShouldEndWith("No worker that can run it came within 0:00:01 (Worker:UnknownWorkflowGrace).");
        (await DeadLetterOf(run.Id.ToString())).AttemptsMade.ShouldBe(1);
    }
}
