using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using WorkflowAspire.Samples;
using WorkflowAspire.Workflows.Catalog;
using WorkflowAspire.Workflows.Execution;
using WorkflowAspire.Workflows.Llm.Tests.Provider;

namespace WorkflowAspire.Workflows.Llm.Tests;

public class TicketTriageTests : LanguageModelSpecification
{
    private const string Ticket = """{"subject":"Login","text":"I can't log in."}""";

    protected override void Configure(IServiceCollection services)
    {
        base.Configure(services);
        services.AddLanguageModelSamples(new ConfigurationBuilder().AddInMemoryCollection(Settings).Build());
    }

    [Fact]
    public async Task A_ticket_is_classified_and_gets_a_reply()
    {
        Provider.ThenOpenAI("""{"category":"bug","urgency":4,"summary":"No login."}""").ThenOpenAIStream("Sor", "ry.");

        (await Triage()).ShouldBe("""{"assessment":{"category":"bug","urgency":4,"summary":"No login."},"reply":"Sorry."}""");

        var category = Provider.Requests[0].Body.GetProperty("response_format").GetProperty("json_schema").GetProperty("schema").GetProperty("properties").GetProperty("category");
        category.GetProperty("enum").EnumerateArray().Select(value => value.GetString()).ShouldBe(["bug", "question", "billing", "spam"]);
    }

    [Fact]
    public async Task Spam_gets_none()
    {
        Provider.ThenOpenAI("""{"category":"spam","urgency":1,"summary":"Buy now."}""");

        (await Triage()).ShouldBe("""{"assessment":{"category":"spam","urgency":1,"summary":"Buy now."},"reply":null}""");
    }

    [Theory]
    [InlineData("LanguageModels:default:ConnectionString", true)]
    [InlineData("ConnectionStrings:default", true)]
    [InlineData("ConnectionStrings:other", false)]
    public void It_is_there_only_with_a_model_named_default(string key, bool isThere)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create<string, string?>(key, "Provider=ollama;Model=m")]).Build();

        new ServiceCollection().AddLanguageModelSamples(configuration)
            .Any(service => service.ImplementationInstance is WorkflowDefinition { Name: "ticket-triage" }).ShouldBe(isThere);
    }

    private async Task<string> Triage() =>
        (await Meanwhile(Engine.ExecuteAsync(await Claim(await AcceptRun(workflow: "ticket-triage", input: Ticket))))).ShouldBeOfType<ExecutionResult.Completed>().Output;
}
