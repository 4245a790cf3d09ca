using System.Net;
using System.Net.Http.Json;
using System.Text;
using WorkflowAspire.BullMQ;
using WorkflowAspire.TestServers;
using WorkflowAspire.Workflows.Dispatch;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.AdminApi.Tests;

public class RunControlTests(AdminApiProcess api)
{
    [Theory]
    [InlineData("""{"by":"Zoë"}""")]
    [InlineData("[1,null]")]
    [InlineData("")]
    public async Task A_signal_is_kept_and_wakes_the_parked_run(string body)
    {
        var run = await ParkedRun();

        var response = await api.Client.PostAsync($"/api/runs/{run.Id}/signals/approved", new StringContent(body, Encoding.UTF8, "application/json"));

        response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await api.Execution.GetJobStateAsync(run.Id.ToString())).ShouldBe(JobState.Waiting);
    }

    [Fact]
    public async Task A_signal_that_nobody_waits_for_yet_is_accepted_and_wakes_nobody()
    {
        var run = await api.AddRunAsync();
        await api.Execution.AddAsync("run", "{}"u8.ToArray(), new JobOptions { JobId = run.Id.ToString(), Delay = TimeSpan.FromHours(1) });

        (await api.Client.PostAsync($"/api/runs/{run.Id}/signals/approved", null)).StatusCode.ShouldBe(HttpStatusCode.Accepted);

        (await api.Execution.GetJobStateAsync(run.Id.ToString())).ShouldBe(JobState.Delayed);
    }

    [Theory]
    [InlineData("""{"by":"\ud800"}""", "/by")]
    [InlineData("\"\\udc00\"", "body")]
    [InlineData("""{"by":1,"by":2}""", "body")]
    public async Task A_signal_that_could_not_go_through_unchanged_is_refused_with_its_place(string body, string place)
    {
        var run = await ParkedRun();

        var problem = await api.Client.PostAsync($"/api/runs/{run.Id}/signals/approved", new StringContent(body, Encoding.UTF8, "application/json")).RefusedAsync(HttpStatusCode.BadRequest);

        problem.GetProperty("errors").EnumerateObject().ShouldHaveSingleItem().Name.ShouldBe(place);
    }

    [Fact]
    public async Task A_signal_for_a_run_that_does_not_exist_is_refused() =>
        await api.Client.PostAsync($"/api/runs/{Guid.NewGuid()}/signals/approved", null).RefusedAsync(HttpStatusCode.NotFound);

    [Theory]
    [InlineData(RunStatus.Completed)]
    [InlineData(RunStatus.Failed)]
    [InlineData(RunStatus.Cancelled)]
    public async Task An_ended_run_takes_no_signal(RunStatus status)
    {
        var run = await api.AddRunAsync(status);

        (await api.Client.PostAsync($"/api/runs/{run.Id}/signals/approved", null).RefusedAsync(HttpStatusCode.Conflict)).Text("detail")!.ShouldContain(status.ToString().ToLowerInvariant());
    }

    [Fact]
    public async Task A_body_that_is_no_JSON_is_refused()
    {
        var run = await api.AddRunAsync();

        var problem = await api.Client.PostAsync($"/api/runs/{run.Id}/signals/approved", new StringContent("{")).RefusedAsync(HttpStatusCode.BadRequest);

        problem.GetProperty("errors").EnumerateObject().ShouldHaveSingleItem().Name.ShouldBe("body");
    }

    [Fact]
    public async Task A_cancelled_run_is_out_of_the_queue_and_its_worker_is_told()
    {
        var told = new TaskCompletionSource<string>();
        await api.Redis.Connection.GetSubscriber().SubscribeAsync(StackExchange.Redis.RedisChannel.Literal(RunCancellation.Channel), (_, message) => told.TrySetResult(message!));
        var run = await ParkedRun();

        var response = await api.Client.PostAsync($"/api/runs/{run.Id}/cancel", null);

        response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await response.JsonAsync()).Text("status").ShouldBe("cancelled");
        (await api.Execution.GetJobAsync(run.Id.ToString())).ShouldBeNull();
        await Eventually.True(() => told.Task.IsCompleted);
    }

    [Fact]
    public async Task To_cancel_twice_is_to_cancel_once()
    {
        var run = await api.AddRunAsync();

        (await api.Client.PostAsync($"/api/runs/{run.Id}/cancel", null)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await api.Client.PostAsync($"/api/runs/{run.Id}/cancel", null)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
    }

    [Theory]
    [InlineData(RunStatus.Completed)]
    [InlineData(RunStatus.Failed)]
    public async Task An_ended_run_is_not_cancelled(RunStatus status)
    {
        var run = await api.AddRunAsync(status);

        await api.Client.PostAsync($"/api/runs/{run.Id}/cancel", null).RefusedAsync(HttpStatusCode.Conflict);

        (await api.Store.FindAsync(run.Id))!.Status.ShouldBe(status);
    }

    [Fact]
    public async Task A_run_that_does_not_exist_is_not_cancelled() =>
        await api.Client.PostAsync($"/api/runs/{Guid.NewGuid()}/cancel", null).RefusedAsync(HttpStatusCode.NotFound);

    [Fact]
    public async Task A_cancelled_parent_cancels_its_children()
    {
        var parent = await api.AddRunAsync();
        var child = parent with { Id = Guid.NewGuid(), ParentRunId = parent.Id };
        await api.Store.CreateAsync(child);

        await api.Client.PostAsync($"/api/runs/{parent.Id}/cancel", null);

        (await api.Store.FindAsync(child.Id))!.Status.ShouldBe(RunStatus.Cancelled);
    }

    [Fact]
    public async Task A_submission_may_limit_the_time_of_its_run()
    {
        var response = await api.Client.PostAsJsonAsync("/api/workflows/document-digest/runs", new { tenantId = Guid.NewGuid(), input = new { text = "x" }, timeout = "00:30:00" });

        var run = await response.JsonAsync();
        (run.GetProperty("deadlineAt").GetDateTimeOffset() - run.GetProperty("createdAt").GetDateTimeOffset()).ShouldBe(TimeSpan.FromMinutes(30));
    }

    [Theory]
    [InlineData("\"soon\"")]
    [InlineData("\"-00:00:01\"")]
    [InlineData("\"00:00:00\"")]
    [InlineData("30")]
    public async Task A_limit_that_is_no_time_span_is_refused(string timeout)
    {
        var body = new StringContent($$"""{"tenantId":"{{Guid.NewGuid()}}","timeout":{{timeout}} }""", Encoding.UTF8, "application/json");

        var problem = await api.Client.PostAsync("/api/workflows/document-digest/runs", body).RefusedAsync(HttpStatusCode.BadRequest);

        problem.GetProperty("errors").EnumerateObject().ShouldHaveSingleItem().Name.ShouldBe("timeout");
    }

    [Fact]
    public async Task What_a_run_waits_for_is_shown_and_its_resumes_are_no_attempts()
    {
        var run = await ParkedRun();

        var shown = await (await api.Client.GetAsync($"/api/runs/{run.Id}")).JsonAsync();

        shown.Text("status").ShouldBe("waiting");
        shown.GetProperty("attempts").GetInt32().ShouldBe(1);
    }

    private async Task<WorkflowRun> ParkedRun()
    {
        var run = await api.AddRunAsync(RunStatus.Waiting);
        await api.Execution.AddAsync("run", "{}"u8.ToArray(), new JobOptions { JobId = run.Id.ToString(), Delay = TimeSpan.FromHours(1) });
        return run;
    }
}
