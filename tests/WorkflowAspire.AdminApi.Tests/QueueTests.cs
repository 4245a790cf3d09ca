using System.Net;
using WorkflowAspire.BullMQ;
using WorkflowAspire.TestServers;
using WorkflowAspire.Workflows.Dispatch;

namespace WorkflowAspire.AdminApi.Tests;

public class QueueTests(AdminApiProcess api)
{
    [Fact]
    public async Task A_queue_shows_its_jobs_by_state_under_the_names_of_BullMQ()
    {
        await api.Execution.AddAsync("later", "{}"u8.ToArray(), new JobOptions { Delay = TimeSpan.FromHours(1) });

        var queue = await (await api.Client.GetAsync("/api/queues/workflow-execution")).JsonAsync();

        queue.GetProperty("isPaused").GetBoolean().ShouldBeFalse();
        queue.GetProperty("counts").GetProperty("delayed").GetInt64().ShouldBeGreaterThanOrEqualTo(1);
        queue.GetProperty("counts").EnumerateObject().Select(count => count.Name).ShouldBe(
            ["waiting", "active", "delayed", "prioritized", "paused", "waiting-children", "completed", "failed"], ignoreOrder: true);
    }

    [Fact]
    public async Task Both_queues_of_the_runbook_are_listed()
    {
        var queues = await (await api.Client.GetAsync("/api/queues")).JsonAsync();

        queues.EnumerateArray().Select(queue => queue.Text("name")).ShouldBe(["workflow-execution", "workflow-execution-dlq"]);
    }

    [Fact]
    public async Task Workers_are_listed_by_name()
    {
        await using var worker = new Worker(
            ExecutionQueue.DeadLetterName, (_, _) => Task.FromResult<ReadOnlyMemory<byte>>("null"u8.ToArray()), api.Redis.Connection, new WorkerOptions { Name = "inspector" });
        await api.DeadLetters.PauseAsync();
        await worker.StartAsync();

        var workers = await Eventually.Get(
            async () => await (await api.Client.GetAsync("/api/queues/workflow-execution-dlq/workers")).JsonAsync(), found => found.GetArrayLength() > 0);

        workers.EnumerateArray().ShouldHaveSingleItem().Text("name").ShouldBe("inspector");
        await worker.CloseAsync();
        await api.DeadLetters.ResumeAsync();
    }

    [Fact]
    public async Task A_queue_that_does_not_exist_is_not_found()
    {
        (await api.Client.GetAsync("/api/queues/other").RefusedAsync(HttpStatusCode.NotFound)).Text("detail")!.ShouldContain("workflow-execution");
        await api.Client.PostAsync("/api/queues/other/pause", null).RefusedAsync(HttpStatusCode.NotFound);
        await api.Client.PostAsync("/api/queues/other/resume", null).RefusedAsync(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Health_names_what_it_depends_on()
    {
        var health = await (await api.Client.GetAsync("/health")).JsonAsync();

        health.Text("status").ShouldBe("Healthy");
        health.GetProperty("checks").EnumerateObject().Select(check => check.Name).ShouldBe(["self", "StackExchange.Redis", "Sqlite"], ignoreOrder: true);
        (await api.Client.GetAsync("/alive")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task OpenAPI_describes_every_route()
    {
        var document = await (await api.Client.GetAsync("/openapi/v1.json")).JsonAsync();

        document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(operation => $"{operation.Name.ToUpperInvariant()} {path.Name}"))
            .ShouldBe(
                [
                    "POST /api/workflows/{name}/runs", "GET /api/workflows", "GET /api/runs", "GET /api/runs/{id}", "POST /api/runs/{id}/signals/{name}", "POST /api/runs/{id}/cancel", "GET /api/stale-runs",
                    "GET /api/dlq", "GET /api/dlq/{id}", "DELETE /api/dlq/{id}", "POST /api/dlq/{id}/replay", "POST /api/dlq/replay",
                    "GET /api/queues", "GET /api/queues/{name}", "GET /api/queues/{name}/workers", "POST /api/queues/{name}/pause", "POST /api/queues/{name}/resume",
                    "PUT /api/tenants/{tenantId}/workflows/{name}", "GET /api/tenants/{tenantId}/workflows", "GET /api/tenants/{tenantId}/workflows/{name}",
                    "GET /api/tenants/{tenantId}/workflows/{name}/versions", "GET /api/tenants/{tenantId}/workflows/{name}/versions/{version}", "GET /api/schemas/workflow-definition.json",
                    "POST /api/tenants/{tenantId}/workflows/{name}/disable", "POST /api/tenants/{tenantId}/workflows/{name}/enable",
                    "POST /api/tenants/{tenantId}/runs/cancel", "GET /api/tenants/{tenantId}/usage",
                ],
                ignoreOrder: true);
    }

    [Fact]
    public async Task An_unknown_path_is_answered_as_a_problem() => await api.Client.GetAsync("/api/nothing").RefusedAsync(HttpStatusCode.NotFound);
}
