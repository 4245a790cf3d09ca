using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Definitions;
using WorkflowAspire.Workflows.Definitions.LanguageModels;
using WorkflowAspire.Workflows.Llm.Tests.Provider;
using WorkflowAspire.Workflows.Tests.Execution;

namespace WorkflowAspire.Workflows.Llm.Tests;

public class DeclaredModelsTests : LanguageModelSpecification
{
    private readonly Guid _run = Guid.NewGuid();
    private readonly Guid _tenant = Guid.NewGuid();
    private readonly Guid _other = Guid.NewGuid();
    private readonly Guid _poor = Guid.NewGuid();

    private ILanguageModelSteps Steps => Services.GetRequiredService<ILanguageModelSteps>();

    private DefinitionOptions.HttpReach Reach { get; } = new();

    private string OwnConnection => $"Provider=openai;Endpoint={Provider.Address}/v1;Key={Key};Model=own";

    protected override Dictionary<string, string?> Settings => new(base.Settings)
    {
        [$"Secrets:{_tenant}:model"] = OwnConnection,
        [$"Secrets:{_other}:model"] = OwnConnection,
        [$"TokenBudgets:{_poor}:Tokens"] = "0",
    };

    protected override void Configure(IServiceCollection services)
    {
        base.Configure(services);
        services.AddWorkflowDefinitions();
        services.Configure<DefinitionOptions>(options => options.Http = Reach);
    }

    [Fact]
    public async Task A_step_of_a_definition_is_asked_by_the_default_model_and_paid_by_its_run()
    {
        Provider.ThenOpenAI("Because.");

        var answer = await Steps.AskAsync(Request(), default);

        answer.ShouldBe(new LanguageModelAnswer("Because.", new LanguageModelUsage(10, 5, 0.00006m)));
        Provider.Requests.ShouldHaveSingleItem().Body.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("role").GetString()).ShouldBe(["system", "user"]);
        (await Usage.OfRunAsync(_run)).ShouldHaveSingleItem().Step.ShouldBe("loop[0]/ask");
    }

    [Fact]
    public async Task A_definition_that_asks_for_each_item_runs_from_its_JSON_to_its_output()
    {
        const string definition =
            """
            {
              "name": "triage",
              "steps": [
                { "id": "each", "type": "forEach", "items": "${ input.texts }", "concurrency": 1, "steps": [
                  { "id": "kind", "type": "llm", "prompt": "Classify: {{ item }}", "schema": { "type": "object", "required": ["kind"] } } ] }
              ],
              "output": "${ steps.each }"
            }
            """;
        var stored = (await Services.GetRequiredService<WorkflowDefinitions>().SaveAsync(_tenant, "triage", JsonElement.Parse(definition))).Stored;
        var run = NewRun(_tenant, "triage", """{"texts":["refund!","hello"]}""") with { DefinitionVersion = stored.Version };
        await Store.CreateAsync(run);
        Provider.ThenOpenAI("""{"kind":"complaint"}""").ThenOpenAI("""{"kind":"greeting"}""");

        var output = JsonElement.Parse((await Meanwhile(Engine.ExecuteAsync(await Claim(run)))).Output());

        output.EnumerateArray().Select(item => item.GetProperty("json").GetProperty("kind").GetString()).ShouldBe(["complaint", "greeting"]);
        (await Usage.OfRunAsync(run.Id)).Select(step => step.Step).ShouldBe(["each[0]/kind", "each[1]/kind"], ignoreOrder: true);
    }

    [Fact]
    public async Task Its_schema_is_checked_and_repaired()
    {
        Provider.ThenOpenAI("{}").ThenOpenAI("""{"n":1}""");

        (await Steps.AskAsync(Request() with { Schema = JsonElement.Parse("""{"type":"object","required":["n"]}""") }, default)).Text.ShouldBe("""{"n":1}""");
    }

    [Fact]
    public async Task A_secret_can_be_its_connection()
    {
        Reach.AllowPrivateAddresses = true;
        Provider.ThenOpenAI("Because.");

        (await Steps.AskAsync(Request() with { Connection = OwnConnection, IsConnectionString = true }, default)).Text.ShouldBe("Because.");

        Provider.Requests.ShouldHaveSingleItem().Body.GetProperty("model").GetString().ShouldBe("own");
    }

    [Fact]
    public async Task A_secret_does_not_reach_the_services_around_the_worker()
    {
        var error = await Should.ThrowAsync<UnrecoverableError>(() => Steps.AskAsync(Request() with { Connection = OwnConnection, IsConnectionString = true }, default));

        error.Message.ShouldSatisfyAllConditions(message => message.ShouldContain("no public address"), message => message.ShouldNotContain(Key));
        Provider.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_secret_that_is_no_connection_is_not_quoted()
    {
        var error = await Should.ThrowAsync<UnrecoverableError>(() => Steps.AskAsync(Request() with { Connection = Key, IsConnectionString = true }, default));

        error.ToString().ShouldNotContain(Key);
    }

    [Fact]
    public async Task A_shared_secret_is_no_connection_to_anywhere_else()
    {
        Reach.AllowPrivateAddresses = true;

        var error = await Should.ThrowAsync<UnrecoverableError>(() =>
            Steps.AskAsync(Request() with { Connection = OwnConnection, IsConnectionString = true, ConnectionHosts = ["api.test"] }, default));

        error.Message.ShouldSatisfyAllConditions(message => message.ShouldContain("Definitions:SharedSecrets"), message => message.ShouldNotContain(Key));
        Provider.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_tenant_without_budget_may_use_a_connection_that_it_pays_itself_and_no_other()
    {
        Reach.AllowPrivateAddresses = true;
        Provider.ThenOpenAI("Because.");
        var own = Request() with { TenantId = _poor, Connection = OwnConnection, IsConnectionString = true };

        (await Steps.AskAsync(own, default)).Text.ShouldBe("Because.");

        (await Should.ThrowAsync<UnrecoverableError>(() => Steps.AskAsync(own with { ConnectionHosts = ["127.0.0.1"] }, default))).Message.ShouldContain("of its 0 tokens");
        (await Should.ThrowAsync<UnrecoverableError>(() => Steps.AskAsync(Request() with { TenantId = _poor }, default))).Message.ShouldContain("of its 0 tokens");
        Provider.Requests.Count.ShouldBe(1);
        (await Usage.OfRunAsync(_run)).ShouldHaveSingleItem().Usage.InputTokens.ShouldBe(10);
    }

    [Fact]
    public async Task A_tenants_connection_that_fails_is_closed_for_that_tenant_alone()
    {
        Reach.AllowPrivateAddresses = true;
        for (var i = 0; i < 10; i++) Provider.ThenStatus(500, "Ada's words");
        for (var i = 0; i < 10; i++) await Should.ThrowAsync<TransientStepException>(() => AskOwn(_tenant));
        await Should.ThrowAsync<CircuitOpenException>(() => AskOwn(_tenant));
        Provider.ThenOpenAI("Because.");

        (await AskOwn(_other)).ShouldContain("Because.");
    }

    private async Task<string> AskOwn(Guid tenant)
    {
        const string definition = """{"name":"own","steps":[{"id":"ask","type":"llm","connection":{"secret":"model"},"prompt":"Why?","retry":{"attempts":1}}],"output":"${ steps.ask.text }"}""";
        var stored = (await Services.GetRequiredService<WorkflowDefinitions>().SaveAsync(tenant, "own", JsonElement.Parse(definition))).Stored;
        var run = NewRun(tenant, "own", "{}") with { DefinitionVersion = stored.Version };
        await Store.CreateAsync(run);
        return (await Engine.ExecuteAsync(await Claim(run))).Output();
    }

    private LanguageModelRequest Request() => new(
        _tenant, _run, "loop[0]/ask", Connection: null, IsConnectionString: false, Model: null,
        [new LanguageModelMessage("system", "Be terse."), new LanguageModelMessage("user", "Why?")], Schema: null, Temperature: 0.5, MaxTokens: 100);
}
