using System.Text.Json;
using WorkflowAspire.TestServers;
using WorkflowAspire.Workflows.Definitions;
using WorkflowAspire.Workflows.Dispatch;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Worker.Tests;

/// <summary>Definitions from the queue to their output.</summary>
public class DefinitionTests(RedisServer redis) : WorkerSpecification(redis)
{
    private readonly Guid _tenant = Guid.NewGuid();

    [Fact]
    public async Task A_run_of_a_definition_waits_runs_others_and_completes()
    {
        await Save("""{"name":"double","steps":[{"id":"twice","type":"code","code":"return input * 2"}]}""");
        var version = await Save(
            """
            {"name":"sum","steps":[
              {"id":"pause","type":"wait","duration":"200ms"},
              {"id":"each","type":"forEach","items":"${input}","concurrency":2,"steps":[{"id":"child","type":"workflow","workflow":"double","input":"${item}"}]},
              {"id":"go","type":"signal","timeout":"1h"},
              {"id":"text","type":"template","template":"{{ steps.go.payload }} {{ steps.each | join: '+' }}"}]}
            """);
        var run = NewRun("sum", version);
        await Store.CreateAsync(run);
        await Store.SendSignalAsync(run.Id, "go", "\"Sum:\"");

        await Service<RunDispatcher>().DispatchAsync(run);

        (await Reaches(run, RunStatus.Completed)).Output.ShouldBe("\"Sum: 2\\u002B4\\u002B6\"");
    }

    [Fact]
    public async Task A_definition_that_fails_for_good_is_a_dead_letter_with_its_step_named()
    {
        var run = NewRun("broken", await Save("""{"name":"broken","steps":[{"id":"bad","type":"code","code":"throw new Error('no luck')"}]}"""));
        await Store.CreateAsync(run);

        await Service<RunDispatcher>().DispatchAsync(run);

        (await Reaches(run, RunStatus.Failed)).Error.ShouldBe("Step 'bad': its code failed: no luck.");
        (await DeadLetterOf(run.Id.ToString())).ErrorMessage.ShouldBe("Step 'bad': its code failed: no luck.");
    }

    private WorkflowRun NewRun(string workflow, int version) => new(
        Guid.CreateVersion7(), _tenant, workflow, RunStatus.Pending, "[1,2,3]", null, null, 0, DateTimeOffset.UtcNow, null, null, null)
    {
        DefinitionVersion = version,
    };

    private async Task<int> Save(string definition)
    {
        var json = JsonElement.Parse(definition);
        return (await Service<WorkflowDefinitions>().SaveAsync(_tenant, json.GetProperty("name").GetString()!, json)).Stored.Version;
    }
}
