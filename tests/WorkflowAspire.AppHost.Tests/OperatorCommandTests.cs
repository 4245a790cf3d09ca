using System.Text.Json;
using Aspire.Hosting.ApplicationModel;
using Microsoft.AspNetCore.Http;

namespace WorkflowAspire.AppHost.Tests;

/// <summary>The buttons of the dashboard, on either pair of stores.</summary>
public abstract class OperatorCommandSpecification(RunningSystem system, ScriptedEndpoint endpoint)
{
    [Fact]
    public async Task A_sample_run_is_submitted_and_shown_completed()
    {
        var result = await ExecuteAsync("submit-sample-run");

        result.Success.ShouldBeTrue(result.Message);
        var run = JsonElement.Parse(result.Data!.Value);
        run.GetProperty("status").GetString().ShouldBe("completed");
        run.GetProperty("output").GetProperty("sections")[0].GetProperty("title").GetString().ShouldBe("Hello");
    }

    [Fact]
    public async Task A_paused_queue_takes_no_run_until_it_is_resumed()
    {
        (await ExecuteAsync("pause")).Success.ShouldBeTrue();
        var id = await system.SubmitAsync("document-digest", new { text = "Later." });
        (await system.GetAsync("/api/queues/workflow-execution")).GetProperty("isPaused").GetBoolean().ShouldBeTrue();
        (await system.RunAsync(id)).GetProperty("status").GetString().ShouldBe("pending");

        (await ExecuteAsync("resume")).Success.ShouldBeTrue();

        await system.Reaches(id, "completed");
    }

    [Fact]
    public async Task The_dead_letter_queue_is_replayed()
    {
        var isRepaired = false;
        var url = endpoint.Answering(_ => isRepaired ? Results.Json(new { name = "Ada" }) : Results.NotFound());
        var id = await system.ExtractAsync(url);
        await system.DeadLetterAsync(id.ToString());
        await system.Reaches(id, "failed");
        isRepaired = true;

        (await ExecuteAsync("replay-dlq")).Success.ShouldBeTrue();

        await system.Reaches(id, "completed");
    }

    private Task<ExecuteCommandResult> ExecuteAsync(string command) => system.Application.ResourceCommands.ExecuteCommandAsync("api", command);
}

[Collection(nameof(OnRedisAndPostgres))]
public class OperatorCommandsOnRedisAndPostgres(RedisAndPostgres system, ScriptedEndpoint endpoint) : OperatorCommandSpecification(system, endpoint);

[Collection(nameof(OnGarnetAndSqlite))]
public class OperatorCommandsOnGarnetAndSqlite(GarnetAndSqlite system, ScriptedEndpoint endpoint) : OperatorCommandSpecification(system, endpoint);
