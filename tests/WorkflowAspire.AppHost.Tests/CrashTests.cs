using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.AppHost.Tests;

/// <summary>What is left to the others when a worker is killed in mid-run, on either pair of stores.</summary>
public abstract class CrashSpecification(RunningSystem system, ScriptedEndpoint endpoint)
{
    [Fact]
    public async Task A_run_whose_worker_is_killed_is_finished_by_another()
    {
        var url = endpoint.Answering(async call =>
        {
            if (call == 1) await Task.Delay(Timeout.Infinite);
            return Results.Json(new { name = "Ada" });
        });
        var id = await system.ExtractAsync(url);
        await Eventually.True(() => endpoint.CallsOf(url) == 1);

        await system.KillWorkerOf(id);

        var run = await system.Reaches(id, "completed");
        run.GetProperty("attempts").GetInt32().ShouldBe(2);
        await system.Log.Line("Recovering stale run", id);
        (await system.GetAsync("/api/stale-runs?olderThan=00:00:00")).GetProperty("items").EnumerateArray()
            .ShouldNotContain(stale => stale.GetProperty("id").GetGuid() == id);
    }

    [Fact]
    public async Task No_finished_step_of_a_killed_workers_run_is_repeated()
    {
        var id = await system.SubmitAsync("document-digest", new { text = LongText });
        var before = await Eventually.Get(() => system.RunAsync(id), run => FinishedSteps(run).Any());

        await system.KillWorkerOf(id);

        before.GetProperty("status").GetString().ShouldBe("running", "the text is too short: the run ended before its worker was killed");
        var after = await system.Reaches(id, "completed");
        await system.Log.Line("Recovering stale run", id);
        foreach (var step in FinishedSteps(before)) FinishedSteps(after).ShouldContain(step);
    }

    [Fact]
    public async Task A_run_goes_on_when_the_Redis_that_died_in_its_middle_is_started_again()
    {
        var goOn = new TaskCompletionSource();
        var url = endpoint.Answering(async _ =>
        {
            await goOn.Task;
            return Results.Json(new { name = "Ada" });
        });
        var id = await system.ExtractAsync(url);
        await Eventually.True(() => endpoint.CallsOf(url) == 1);

        await system.KillAndStartAgainAsync("redis");
        goOn.SetResult();

        (await system.Reaches(id, "completed")).GetProperty("output").GetProperty("fields").GetProperty("name").GetString().ShouldBe("Ada");
    }

    // Long enough that the steps after the first take a while.
    private static string LongText => new StringBuilder().Insert(0, "Every durable workflow keeps what its finished steps have left. Nothing is paid for twice!\n\n", 20_000).ToString();

    private static IEnumerable<(string? Name, int Attempts, string? StartedAt)> FinishedSteps(JsonElement run) => run.GetProperty("steps").EnumerateArray()
        .Where(step => step.GetProperty("status").GetString() == "completed")
        .Select(step => (step.GetProperty("name").GetString(), step.GetProperty("attempts").GetInt32(), step.GetProperty("startedAt").GetString()));
}

[Collection(nameof(OnRedisAndPostgres))]
public class CrashOnRedisAndPostgres(RedisAndPostgres system, ScriptedEndpoint endpoint) : CrashSpecification(system, endpoint);

[Collection(nameof(OnGarnetAndSqlite))]
public class CrashOnGarnetAndSqlite(GarnetAndSqlite system, ScriptedEndpoint endpoint) : CrashSpecification(system, endpoint);
