using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using StackExchange.Redis;
using WorkflowAspire.BullMQ;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.AppHost.Tests;

/// <summary>The AppHost's own process in the middle of runs; what has become of them after it, and after its next start on the same data.</summary>
public abstract class StopSpecification(ScriptedEndpoint endpoint) : IDisposable
{
    private const int Runs = 60;
    private const int LongEach = 6;

    private readonly string _folder = Directory.CreateTempSubdirectory("apphost-stop-").FullName;
    private readonly int _redisPort = ServerProcess.FreePort();
    private readonly TaskCompletionSource _goOn = new();

    public void Dispose()
    {
        _goOn.TrySetResult();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    protected async Task EndsInOrderAndLosesNothing(string signal, int workers)
    {
        var first = Start(workers);
        await first.IsHealthyAsync();
        var runs = await SubmitAsync(first);
        await CompletesAsync(first, Runs / 3);

        first.Signal(signal);
        await first.EndsAsync();

        first.ExitCode.ShouldBe(0);
        first.Output.ShouldNotContain("warn:");
        first.Output.ShouldNotContain("fail:");
        await first.NothingIsLeftAsync();
        _goOn.SetResult();
        await using var next = Start(workers);
        await next.IsHealthyAsync();
        await CompletesAsync(next, Runs);
        await AssertNoAttemptIsLost(runs);
    }

    protected async Task IsKilledAndGoesOn()
    {
        var first = Start();
        await first.IsHealthyAsync();
        var runs = await SubmitAsync(first);
        await CompletesAsync(first, Runs / 3);

        first.Signal("KILL");
        await first.EndsAsync();
        _goOn.SetResult();
        await using var next = Start();
        await next.IsHealthyAsync();

        await CompletesAsync(next, Runs);
        await first.NothingIsLeftAsync();
    }

    private AppHostProcess Start(int workers = 1) => new(
        _folder, ["--Local:Redis=server", "--Local:Database=postgres", $"--WORKER_REPLICAS={workers}"],
        ("REDIS_PORT", $"{_redisPort}"), ("Worker__StopTimeout", "00:00:02"), ("Worker__LockDuration", "00:00:05"), ("Worker__StalledInterval", "00:00:01"),
        ("HttpExtract__AllowPrivateAddresses", "true"));

    // The endpoint leaves every sixth run waiting until the test lets it go on.
    private async Task<IReadOnlyList<Guid>> SubmitAsync(AppHostProcess appHost)
    {
        var quick = endpoint.Answering(_ => Results.Json(new { name = "Ada" }));
        var slow = endpoint.Answering(async _ =>
        {
            await _goOn.Task;
            return Results.Json(new { name = "Ada" });
        });
        var runs = new List<Guid>();
        for (var i = 0; i < Runs; i++) runs.Add(await appHost.SubmitAsync("http-extract", new { url = i % LongEach == 0 ? slow : quick, fields = new { name = "/name" } }));
        return runs;
    }

    private static Task<JsonElement> CompletesAsync(AppHostProcess appHost, int count) => Eventually.Get(
        () => appHost.Api.GetFromJsonAsync<JsonElement>($"/api/runs?status=completed&limit={Runs}"), page => page.GetProperty("items").GetArrayLength() >= count);

    private async Task AssertNoAttemptIsLost(IReadOnlyList<Guid> runs)
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{_redisPort}");
        var queue = new Queue("workflow-execution", redis);
        foreach (var id in runs)
        {
            // The run is completed in the database before its job is.
            var job = await Eventually.Get(() => queue.GetJobAsync(id.ToString()), found => found?.FinishedOn is not null);
            (job!.AttemptsMade, job.StalledCounter).ShouldBe((1, 0));
        }
    }
}

// A class each, so that they run side by side.
public sealed class TerminationTests(ScriptedEndpoint endpoint) : StopSpecification(endpoint)
{
    [Fact]
    public Task SIGTERM_under_load_ends_it_in_order_and_all_runs_complete_after_the_next_start() => EndsInOrderAndLosesNothing("TERM", workers: 2);
}

public sealed class InterruptionTests(ScriptedEndpoint endpoint) : StopSpecification(endpoint)
{
    [Fact]
    public Task Ctrl_C_under_load_ends_it_in_order_and_all_runs_complete_after_the_next_start() => EndsInOrderAndLosesNothing("INT", workers: 1);
}

public sealed class KilledAppHostTests(ScriptedEndpoint endpoint) : StopSpecification(endpoint)
{
    [Fact]
    public Task After_a_kill_nothing_is_left_and_a_start_at_once_on_the_same_data_goes_on_where_it_was() => IsKilledAndGoesOn();
}
