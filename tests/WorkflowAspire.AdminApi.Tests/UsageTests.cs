using System.Net;

namespace WorkflowAspire.AdminApi.Tests;

public class UsageTests(AdminApiProcess api)
{
    [Fact]
    public async Task A_run_shows_what_it_used_in_all_and_by_step()
    {
        var run = await api.AddRunAsync();
        await api.Usage.RecordAsync(Guid.NewGuid(), run.Id, run.TenantId, "classify", "m", 100, 10, 0.5m);
        await api.Usage.RecordAsync(Guid.NewGuid(), run.Id, run.TenantId, "classify", "m", 50, 5, 0.25m);
        await api.Usage.RecordAsync(Guid.NewGuid(), run.Id, run.TenantId, "reply", "n", 1, 2, null);

        var usage = (await (await api.Client.GetAsync($"/api/runs/{run.Id}")).JsonAsync()).GetProperty("usage");

        usage.GetProperty("total").GetRawText().ShouldBe("""{"calls":3,"inputTokens":151,"outputTokens":17,"cost":0.75}""");
        usage.GetProperty("steps").GetRawText().ShouldBe(
            """[{"step":"classify","model":"m","usage":{"calls":2,"inputTokens":150,"outputTokens":15,"cost":0.75}},{"step":"reply","model":"n","usage":{"calls":1,"inputTokens":1,"outputTokens":2,"cost":null}}]""");
    }

    [Fact]
    public async Task A_run_that_asked_no_model_has_no_usage()
    {
        var run = await api.AddRunAsync();

        (await (await api.Client.GetAsync($"/api/runs/{run.Id}")).JsonAsync()).GetProperty("usage").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
    }

    [Fact]
    public async Task A_tenants_usage_is_summed_by_model()
    {
        var run = await api.AddRunAsync();
        await api.Usage.RecordAsync(Guid.NewGuid(), run.Id, run.TenantId, "classify", "m", 100, 10, 0.5m);
        await api.Usage.RecordAsync(Guid.NewGuid(), run.Id, Guid.NewGuid(), "classify", "m", 1000, 1000, 9m);

        var usage = await (await api.Client.GetAsync($"/api/tenants/{run.TenantId}/usage?from=2020-01-01&to=2100-01-01T00:00:00Z")).JsonAsync();

        usage.GetProperty("models").GetRawText().ShouldBe("""[{"model":"m","usage":{"calls":1,"inputTokens":100,"outputTokens":10,"cost":0.5}}]""");
        usage.GetProperty("total").GetProperty("inputTokens").GetInt64().ShouldBe(100);
        (await (await api.Client.GetAsync($"/api/tenants/{run.TenantId}/usage?to=2020-01-01")).JsonAsync()).GetProperty("models").GetArrayLength().ShouldBe(0);
    }

    [Theory]
    [InlineData("from=yesterday", "from")]
    [InlineData("to=1e9", "to")]
    [InlineData("from=2026-02-02&to=2026-02-01", "to")]
    public async Task A_bad_time_is_refused_with_its_name(string query, string field)
    {
        var problem = await api.Client.GetAsync($"/api/tenants/{Guid.NewGuid()}/usage?{query}").RefusedAsync(HttpStatusCode.BadRequest);

        problem.GetProperty("errors").EnumerateObject().ShouldHaveSingleItem().Name.ShouldBe(field);
    }
}
