using System.Text.Json.Nodes;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.Interop.Tests;

/// <summary>Limits of a queue hold for workers of both sides together.</summary>
public class GlobalLimitTests(InteropServers servers) : InteropSpecification(servers)
{
    [Theory, MemberData(nameof(Versions))]
    public async Task A_Node_worker_and_ours_together_keep_the_concurrency_of_their_queue(int version)
    {
        await Queue.SetGlobalConcurrencyAsync(2);
        await Node(version).RunAsync("countWorker", new JsonObject { ["concurrency"] = 3 });
        var database = Redis.Connection.GetDatabase();
        await StartWorker(async (_, ct) =>
        {
            await database.SetAddAsync($"{Queue.Name}-seen", await database.StringIncrementAsync($"{Queue.Name}-now"));
            await Task.Delay(5, ct);
            await database.StringDecrementAsync($"{Queue.Name}-now");
            return Json.Bytes("\"net\"");
        }, new WorkerOptions { Concurrency = 3, DrainDelay = TimeSpan.FromSeconds(1) });

        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Add()));

        await Eventually.Get(() => Queue.GetJobCountsAsync(), counts => counts[JobState.Completed] == 100);
        (await database.SetMembersAsync($"{Queue.Name}-seen")).Select(seen => (int)seen).ShouldAllBe(seen => seen <= 2);
        (await Node(version).CallAsync("getGlobalConcurrency"))!.GetValue<int>().ShouldBe(2);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task A_Node_worker_and_ours_together_keep_the_rate_limit_of_their_queue(int version)
    {
        await Node(version).CallAsync("setGlobalRateLimit", 7, 3_600_000);
        (await Queue.GetGlobalRateLimitAsync()).ShouldBe(new RateLimiterOptions(7, TimeSpan.FromHours(1)));
        for (var i = 0; i < 20; i++) await Add();

        await Node(version).StartWorkerAsync("echo", new JsonObject { ["concurrency"] = 2 });
        await StartWorker("echo", new WorkerOptions { Concurrency = 5, Limiter = new RateLimiterOptions(100, TimeSpan.FromHours(1)) });

        await Eventually.Get(() => Queue.GetJobCountsAsync(), counts => counts[JobState.Completed] == 7);
        (await Node(version).CallAsync("getRateLimitTtl"))!.GetValue<long>().ShouldBeGreaterThan(0);
        var counts = await Queue.GetJobCountsAsync();
        (counts[JobState.Waiting], counts[JobState.Active]).ShouldBe((13, 0));
    }
}
