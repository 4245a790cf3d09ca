using System.Net;
using System.Text;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.AdminApi.Tests;

public class IdempotencyTests(AdminApiProcess api)
{
    private readonly Guid _tenant = Guid.NewGuid();

    [Fact]
    public async Task A_submission_that_is_repeated_under_its_key_is_the_same_run()
    {
        var first = await Submit("order-1", $$"""{"tenantId":"{{_tenant}}","input":{"a":1,"b":[true,null]} }""");
        var again = await Submit("order-1", $$"""{ "input" : { "b": [ true, null ], "a": 1 }, "tenantId": "{{_tenant}}" }""");

        first.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        first.Headers.Contains("Idempotent-Replayed").ShouldBeFalse();
        again.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        again.Headers.GetValues("Idempotent-Replayed").ShouldBe(["true"]);
        again.Headers.Location.ShouldBe(first.Headers.Location);
        (await again.JsonAsync()).GetProperty("id").GetGuid().ShouldBe((await first.JsonAsync()).GetProperty("id").GetGuid());
        (await RunsOfTenant()).ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("""{"a":2}""")]
    [InlineData("""{"a":"1"}""")]
    [InlineData("""{"a":[1]}""")]
    [InlineData("null")]
    public async Task A_key_with_another_body_is_refused_and_the_run_that_holds_it_is_named(string input)
    {
        var first = await (await Submit("order-2", $$"""{"tenantId":"{{_tenant}}","input":{"a":1} }""")).JsonAsync();

        var problem = await Submit("order-2", $$"""{"tenantId":"{{_tenant}}","input":{{input}} }""").RefusedAsync(HttpStatusCode.Conflict);

        problem.Text("detail")!.ShouldContain(first.Text("id")!);
        (await RunsOfTenant()).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_key_is_its_tenants_own()
    {
        await Submit("order-3", $$"""{"tenantId":"{{_tenant}}"}""");

        var other = await Submit("order-3", $$"""{"tenantId":"{{Guid.NewGuid()}}"}""");

        other.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        other.Headers.Contains("Idempotent-Replayed").ShouldBeFalse();
    }

    [Fact]
    public async Task Of_many_submissions_at_once_under_one_key_exactly_one_makes_a_run()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Submit("order-4", $$"""{"tenantId":"{{_tenant}}","input":1}""")));

        answers.ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.Accepted);
        answers.Count(answer => answer.Headers.Contains("Idempotent-Replayed")).ShouldBe(49);
        var run = (await RunsOfTenant()).ShouldHaveSingleItem();
        answers.ShouldAllBe(answer => answer.Headers.Location!.ToString() == $"/api/runs/{run.Id}");
    }

    [Theory]
    [InlineData("")]
    [InlineData("tab\there")]
    [InlineData("256")]
    public async Task A_key_that_is_none_is_refused(string key)
    {
        var problem = await Submit(key == "256" ? new string('k', 256) : key, $$"""{"tenantId":"{{_tenant}}"}""").RefusedAsync(HttpStatusCode.BadRequest);

        problem.GetProperty("errors").EnumerateObject().ShouldHaveSingleItem().Name.ShouldBe("Idempotency-Key");
        (await RunsOfTenant()).ShouldBeEmpty();
    }

    private async Task<IReadOnlyList<WorkflowRun>> RunsOfTenant() => (await api.Store.ListAsync(new RunFilter(_tenant), null, 100)).Items;

    private async Task<HttpResponseMessage> Submit(string key, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/workflows/document-digest/runs") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return await api.Client.SendAsync(request);
    }
}
