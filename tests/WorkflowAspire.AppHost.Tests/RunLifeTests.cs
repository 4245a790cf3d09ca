using System.Net;
using Microsoft.AspNetCore.Http;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.AppHost.Tests;

/// <summary>What becomes of a run, on either pair of stores.</summary>
public abstract class RunLifeSpecification(RunningSystem system, ScriptedEndpoint endpoint)
{
    private static IResult Ada => Results.Json(new { name = "Ada" });

    [Fact]
    public async Task A_submitted_run_is_completed_with_its_output_and_its_steps()
    {
        var id = await system.SubmitAsync("document-digest", new { text = "# Hello\n\nDurable runs survive crashes. Each step is kept." });

        var run = await system.Reaches(id, "completed");

        var section = run.GetProperty("output").GetProperty("sections")[0];
        section.GetProperty("title").GetString().ShouldBe("Hello");
        section.GetProperty("words").GetInt32().ShouldBe(8);
        run.GetProperty("error").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
        run.GetProperty("steps").EnumerateArray().ShouldAllBe(step => step.GetProperty("status").GetString() == "completed");
        run.GetProperty("steps").GetArrayLength().ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task A_run_whose_attempt_fails_is_tried_again_and_completes()
    {
        var url = endpoint.Answering(call => call < 3 ? Results.StatusCode(500) : Ada);

        var id = await system.ExtractAsync(url);

        var run = await system.Reaches(id, "completed");
        run.GetProperty("output").GetProperty("fields").GetProperty("name").GetString().ShouldBe("Ada");
        run.GetProperty("attempts").GetInt32().ShouldBe(3);
        await system.Log.Line("Workflow run attempt 1/3 failed, will retry", id);
        await system.Log.Line("Workflow run attempt 2/3 failed, will retry", id);
    }

    [Fact]
    public async Task A_run_that_fails_every_attempt_is_failed_and_dead_lettered()
    {
        var url = endpoint.Answering(_ => Results.StatusCode(500));

        var id = await system.ExtractAsync(url);

        var letter = await system.DeadLetterAsync(id.ToString());
        letter.GetProperty("originalJobId").GetString().ShouldBe(id.ToString());
        letter.GetProperty("tenantId").GetString().ShouldBe(system.Tenant.ToString());
        letter.GetProperty("attemptsMade").GetInt32().ShouldBe(3);
        letter.GetProperty("payload").GetProperty("workflowId").GetString().ShouldBe("http-extract");
        (await system.Reaches(id, "failed")).GetProperty("error").GetString().ShouldBe(letter.GetProperty("errorMessage").GetString());
        endpoint.CallsOf(url).ShouldBe(3);
        await system.Log.Line("Workflow run failed after all retries, routing to DLQ", id);
    }

    [Fact]
    public async Task A_replayed_run_completes_and_leaves_the_dead_letter_queue()
    {
        var isRepaired = false;
        var url = endpoint.Answering(_ => isRepaired ? Ada : Results.NotFound());
        var id = await system.ExtractAsync(url);
        await system.DeadLetterAsync(id.ToString());
        await system.Reaches(id, "failed");
        isRepaired = true;

        (await system.Api.PostAsync($"/api/dlq/{id}/replay", null)).StatusCode.ShouldBe(HttpStatusCode.Accepted);

        await system.Reaches(id, "completed");
        (await system.Api.GetAsync($"/api/dlq/{id}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Both_workers_are_listed()
    {
        // Another test may have killed one and started it again.
        await Eventually.Get(
            () => system.GetAsync("/api/queues/workflow-execution/workers"),
            workers => workers.EnumerateArray().Select(worker => worker.GetProperty("name").GetString()).Distinct().Count() >= 2);
    }
}

[Collection(nameof(OnRedisAndPostgres))]
public class RunLifeOnRedisAndPostgres(RedisAndPostgres system, ScriptedEndpoint endpoint) : RunLifeSpecification(system, endpoint);

[Collection(nameof(OnGarnetAndSqlite))]
public class RunLifeOnGarnetAndSqlite(GarnetAndSqlite system, ScriptedEndpoint endpoint) : RunLifeSpecification(system, endpoint);
