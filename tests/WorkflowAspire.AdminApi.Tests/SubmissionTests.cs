using System.Net;
using System.Text;
using WorkflowAspire.BullMQ;
using WorkflowAspire.TestServers;
using WorkflowAspire.Workflows.Dispatch;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.AdminApi.Tests;

public class SubmissionTests(AdminApiProcess api)
{
    private const string Tenant = "3f2b8c1e-6f0a-4c59-9d4e-2f1f0a7c5b10";

    [Fact]
    public async Task A_submitted_run_is_accepted_stored_and_enqueued_under_its_own_id()
    {
        var response = await Submit($$"""{"tenantId":"{{Tenant}}","input":{"text":"# Hé"} }""");

        response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var run = await response.JsonAsync();
        var id = run.GetProperty("id").GetGuid();
        response.Headers.Location!.ToString().ShouldBe($"/api/runs/{id}");
        run.Text("status").ShouldBe("pending");
        run.Text("tenantId").ShouldBe(Tenant);
        run.Text("workflowId").ShouldBe("document-digest");
        await Eventually.True(async () => (await api.Store.FindAsync(id))!.EnqueuedAt is not null);
        var job = (await api.Execution.GetJobAsync(id.ToString())).ShouldNotBeNull();
        job.Options.Attempts.ShouldBe(3);
        job.Options.Backoff.ShouldBe(BackoffOptions.Exponential(TimeSpan.FromSeconds(5)));
        job.Options.RemoveOnComplete.ShouldBe(KeepJobs.Count(100));
        var payload = job.GetData(WorkflowJsonContext.Default.WorkflowJobPayload)!;
        payload.RunId.ShouldBe(id);
        payload.Input!.Value.Text("text").ShouldBe("# Hé");
    }

    [Fact]
    public async Task The_location_of_an_accepted_run_shows_it()
    {
        var response = await Submit($$"""{"tenantId":"{{Tenant}}","input":{"text":"x"} }""");

        var run = await (await api.Client.GetAsync(response.Headers.Location)).JsonAsync();

        run.GetProperty("input").Text("text").ShouldBe("x");
        run.GetProperty("steps").GetArrayLength().ShouldBe(0);
        run.GetProperty("output").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
    }

    [Fact]
    public async Task An_unknown_workflow_is_not_found_and_the_known_ones_are_named()
    {
        var problem = await api.Client.PostAsync("/api/workflows/nope/runs", Body($$"""{"tenantId":"{{Tenant}}"}""")).RefusedAsync(HttpStatusCode.NotFound);

        problem.Text("detail")!.ShouldContain("'nope'");
        problem.Text("detail")!.ShouldContain("document-digest");
    }

    [Theory]
    [InlineData("""{"input":{}}""", "tenantId")]
    [InlineData("""{"tenantId":null}""", "tenantId")]
    [InlineData("""{"tenantId":"abc","input":{}}""", "tenantId")]
    [InlineData("""{"tenantId":42}""", "tenantId")]
    [InlineData("""{"tenantId":"00000000-0000-0000-0000-000000000000"}""", "tenantId")]
    [InlineData("""[1]""", "body")]
    [InlineData("""{"tenantId":""", "body")]
    [InlineData("", "body")]
    [InlineData("""{"tenantId":"3f2b8c1e-6f0a-4c59-9d4e-2f1f0a7c5b10","input":"\ud800"}""", "/input")]
    [InlineData("""{"tenantId":"3f2b8c1e-6f0a-4c59-9d4e-2f1f0a7c5b10","input":{"a/b":["\udc00x"]}}""", "/input/a~1b/0")]
    [InlineData("""{"tenantId":"3f2b8c1e-6f0a-4c59-9d4e-2f1f0a7c5b10","input":{"\ud800":1}}""", "/input")]
    [InlineData("""{"tenantId":"3f2b8c1e-6f0a-4c59-9d4e-2f1f0a7c5b10","input":{"n":1,"n":2}}""", "/input")]
    [InlineData("""{"tenantId":"3f2b8c1e-6f0a-4c59-9d4e-2f1f0a7c5b10","tenantId":"00000000-0000-0000-0000-000000000001"}""", "body")]
    public async Task A_bad_body_is_refused_with_the_field_named(string body, string field)
    {
        var problem = await Submit(body).RefusedAsync(HttpStatusCode.BadRequest);

        problem.GetProperty("errors").EnumerateObject().ShouldHaveSingleItem().Name.ShouldBe(field);
    }

    [Theory]
    [InlineData(48)]
    [InlineData(62)]
    [InlineData(200)]
    public async Task An_input_that_nests_too_deep_to_be_shown_is_refused_at_the_door(int levels)
    {
        var problem = await Submit($$"""{"tenantId":"{{Tenant}}","input":{{Nested(levels)}}}""").RefusedAsync(HttpStatusCode.BadRequest);

        problem.GetProperty("errors").EnumerateObject().ShouldHaveSingleItem().Value[0].GetString()!.ShouldContain("deeper than 48");
    }

    [Fact]
    public async Task The_deepest_input_that_is_accepted_is_shown_in_every_list()
    {
        var id = (await (await Submit($$"""{"tenantId":"{{Tenant}}","input":{{Nested(47)}}}""")).JsonAsync()).GetProperty("id").GetGuid();

        (await api.Client.GetAsync($"/api/runs/{id}")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await api.Client.GetAsync("/api/runs")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_row_of_another_producer_that_is_no_JSON_shows_as_unreadable_and_the_others_are_listed()
    {
        var now = DateTimeOffset.UtcNow;
        var run = new WorkflowRun(
            Guid.CreateVersion7(), Guid.Parse(Tenant), "document-digest", RunStatus.Failed, "not json \"", Output: null, "broken", Attempts: 0, now, now, StartedAt: null, CompletedAt: now);
        await api.Store.CreateAsync(run);

        var page = await (await api.Client.GetAsync("/api/runs")).JsonAsync();

        var listed = page.GetProperty("items").EnumerateArray().Single(item => item.GetProperty("id").GetGuid() == run.Id);
        listed.TryGetProperty("input", out _).ShouldBeFalse();
        var shown = await (await api.Client.GetAsync($"/api/runs/{run.Id}")).JsonAsync();
        shown.GetProperty("input").Text("unreadable").ShouldBe("not json \"");
    }

    [Fact]
    public async Task An_input_may_be_any_json_and_comes_back_as_it_was()
    {
        const string Input = """[1,"\u0000",{"deep":[null,1.50]}]""";

        var run = await (await Submit($$"""{"tenantId":"{{Tenant}}","input":{{Input}}}""")).JsonAsync();

        run.GetProperty("input").GetRawText().ShouldBe(Input);
    }

    private Task<HttpResponseMessage> Submit(string body) => api.Client.PostAsync("/api/workflows/document-digest/runs", Body(body));

    private static StringContent Body(string json) => new(json, Encoding.UTF8, "application/json");

    private static string Nested(int levels) => new string('[', levels) + new string(']', levels);
}
