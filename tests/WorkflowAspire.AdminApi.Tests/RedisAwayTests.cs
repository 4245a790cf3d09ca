using System.Net;
using System.Net.Http.Json;
using WorkflowAspire.TestServers;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.AdminApi.Tests;

public class RedisAwayTests(AdminApiProcess api)
{
    [Fact]
    public async Task While_redis_is_away_a_run_is_accepted_and_left_to_the_relay_and_what_needs_redis_says_so()
    {
        using var client = await api.StartAsync(redisPort: ServerProcess.FreePort());

        var accepted = await client.PostAsJsonAsync("/api/workflows/document-digest/runs", new { tenantId = Guid.NewGuid(), input = new { text = "x" } });

        accepted.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var run = (await api.Store.FindAsync((await accepted.JsonAsync()).GetProperty("id").GetGuid())).ShouldNotBeNull();
        run.Status.ShouldBe(RunStatus.Pending);
        run.EnqueuedAt.ShouldBeNull();
        (await client.GetAsync("/api/queues").RefusedAsync(HttpStatusCode.ServiceUnavailable)).Text("detail")!.ShouldContain("Redis");
        (await client.GetAsync($"/api/runs/{run.Id}")).StatusCode.ShouldBe(HttpStatusCode.OK);
        var health = await client.GetAsync("/health");
        health.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await health.JsonAsync()).GetProperty("checks").Text("StackExchange.Redis").ShouldBe("Unhealthy");
        (await client.GetAsync("/alive")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}
