using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using WorkflowAspire.TestServers;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.AdminApi.Tests;

/// <summary>What a tenant sends is answered, and the service goes on.</summary>
public class HostileTenantTests(AdminApiProcess api)
{
    private const string Step = """{"id":"a","type":"template","template":"x"}""";

    private readonly Guid _tenant = Guid.NewGuid();

    public static TheoryData<string, string, string> Definitions => new()
    {
        { "schema-cycle", """{"name":"test","steps":[STEP],"input":{"allOf":[{"$ref":"#"}]}}""", "/input" },
        { "long-sum", $$"""{"name":"test","steps":[STEP],"output":"${1{{Repeat("+1", 200_000)}}}"}""", "/output" },
        { "nested-liquid", $$"""{"name":"test","steps":[{"id":"a","type":"template","template":"{{Repeat("{%if 1%}", 20_000)}}{{Repeat("{%endif%}", 20_000)}}"}]}""", "/steps/0/template" },
        { "parentheses", $$"""{"name":"test","steps":[STEP],"output":"${{{Repeat("(", 10_000)}}1{{Repeat(")", 10_000)}}}"}""", "/output" },
        { "schema-exponential", $$"""{"name":"test","steps":[STEP],"input":{"$ref":"#/$defs/a0","$defs":{ {{Doubling}} } } }""", "/input" },
        { "signal-id", """{"name":"test","steps":[{"id":"a","type":"signal","name":"b"},{"id":"b","type":"template","template":"x"}]}""", "/steps/1/id" },
    };

    [Theory]
    [MemberData(nameof(Definitions))]
    public async Task A_definition_that_ended_the_service_is_refused_with_its_place(string _, string definition, string place)
    {
        var problem = await Put(definition.Replace("STEP", Step, StringComparison.Ordinal)).RefusedAsync(HttpStatusCode.BadRequest);

        problem.GetProperty("errors").EnumerateObject().ShouldHaveSingleItem().Name.ShouldBe(place);
        (await api.Client.GetAsync("/alive")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_definition_that_is_disabled_begins_no_run_until_it_is_enabled()
    {
        await Put(Definition());

        (await Post("/workflows/test/disable").JsonAsync()).GetProperty("disabled").GetBoolean().ShouldBeTrue();
        (await Submit().RefusedAsync(HttpStatusCode.Conflict)).Text("detail")!.ShouldContain("disabled");
        (await (await api.Client.GetAsync($"/api/tenants/{_tenant}/workflows")).JsonAsync()).GetProperty("items")[0].GetProperty("disabled").GetBoolean().ShouldBeTrue();
        (await Post("/workflows/test/enable").JsonAsync()).GetProperty("disabled").GetBoolean().ShouldBeFalse();
        (await Submit()).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await Post("/workflows/nope/disable")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task All_runs_of_a_tenant_that_have_not_ended_are_cancelled_in_one_call_and_nobody_elses()
    {
        var runs = new List<WorkflowRun>();
        for (var n = 0; n < 120; n++) runs.Add(await api.AddRunAsync(tenantId: _tenant));
        var (done, other) = (await api.AddRunAsync(RunStatus.Completed, _tenant), await api.AddRunAsync());

        (await Post("/runs/cancel").JsonAsync()).GetProperty("cancelled").GetInt32().ShouldBe(120);

        foreach (var run in runs) (await api.Store.FindAsync(run.Id))!.Status.ShouldBe(RunStatus.Cancelled);
        (await api.Store.FindAsync(done.Id))!.Status.ShouldBe(RunStatus.Completed);
        (await api.Store.FindAsync(other.Id))!.Status.ShouldBe(RunStatus.Pending);
        (await Post("/runs/cancel").JsonAsync()).GetProperty("cancelled").GetInt32().ShouldBe(0);
    }

    [Fact]
    public async Task Each_limit_has_an_answer_of_its_own_and_evaluators_end_with_a_killed_service()
    {
        var (client, process) = await api.StartAsync(api.Redis.Port, new Dictionary<string, string>
        {
            ["RunLimits__MaxUnfinishedRuns"] = "3",
            ["RunLimits__MaxInput"] = "100",
            ["RunLimits__MaxSignals"] = "1",
            ["Definitions__MaxVersions"] = "2",
            ["Definitions__MaxDefinitionBytes"] = "1000",
            ["Definitions__MaxExpressionLength"] = "100",
            ["Definitions__MaxSteps"] = "1",
        });
        foreach (var text in new[] { "x", "y" }) (await Put(Definition(text), client)).StatusCode.ShouldBe(HttpStatusCode.Created);

        (await Put(Definition("z"), client).RefusedAsync(HttpStatusCode.BadRequest)).Text("detail")!.ShouldContain("2 versions");
        Errors(await Put(Definition(new string('x', 1000)), client).RefusedAsync(HttpStatusCode.BadRequest)).ShouldContain("Definitions:MaxDefinitionBytes");
        Errors(await Put(Definition($"${{ {new string('1', 101)} }}").Replace("template\":\"$", "template\":\"\"}],\"output\":\"$").Replace("\"}]}", "\"}"), client).RefusedAsync(HttpStatusCode.BadRequest)).ShouldContain("Definitions:MaxExpressionLength");
        Errors(await Put($$"""{"name":"test","steps":[{{Step}},{"id":"b","type":"code","code":"return 1"}]}""", client).RefusedAsync(HttpStatusCode.BadRequest)).ShouldContain("Definitions:MaxSteps");
        Errors(await Submit($"\"{new string('x', 100)}\"", client).RefusedAsync(HttpStatusCode.BadRequest)).ShouldContain("RunLimits:MaxInput");
        var run = Guid.Empty;
        for (var n = 0; n < 3; n++) run = (await Submit(client: client).JsonAsync()).GetProperty("id").GetGuid();
        var tooMany = await Submit(client: client);
        tooMany.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        tooMany.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(30));
        (await client.PostAsync($"/api/runs/{run}/signals/go", null)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await client.PostAsync($"/api/runs/{run}/signals/go", null)).StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);

        var evaluators = Children(process.Id);
        evaluators.ShouldNotBeEmpty();
        process.Signal("KILL");
        await Eventually.True(() => evaluators.All(evaluator => evaluator.HasExited));
    }

    private static string Errors(JsonElement problem) => problem.GetProperty("errors").GetRawText();

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));

    private static string Doubling => string.Join(',', Enumerable.Range(0, 25).Select(n => n < 24 ? $$"""
        "a{{n}}":{"allOf":[{"$ref":"#/$defs/a{{n + 1}}"},{"$ref":"#/$defs/a{{n + 1}}"}]}
        """ : """ "a24":{} """));

    private static string Definition(string template = "x") => $$"""{"name":"test","steps":[{"id":"a","type":"template","template":"{{template}}"}]}""";

    private static List<Process> Children(int process) => [.. Directory.GetDirectories($"/proc/{process}/task")
        .SelectMany(thread => File.ReadAllText($"{thread}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Select(id => Process.GetProcessById(int.Parse(id, System.Globalization.CultureInfo.InvariantCulture)))];

    private Task<HttpResponseMessage> Put(string definition, HttpClient? client = null) =>
        (client ?? api.Client).PutAsync($"/api/tenants/{_tenant}/workflows/test", new StringContent(definition, Encoding.UTF8, "application/json"));

    private Task<HttpResponseMessage> Post(string path) => api.Client.PostAsync($"/api/tenants/{_tenant}{path}", null);

    private Task<HttpResponseMessage> Submit(string input = "null", HttpClient? client = null) => (client ?? api.Client).PostAsync(
        "/api/workflows/test/runs", new StringContent($$"""{"tenantId":"{{_tenant}}","input":{{input}}}""", Encoding.UTF8, "application/json"));
}
