using System.Text.Json;
using WorkflowAspire.Workflows.Llm.Tests.Provider;

namespace WorkflowAspire.Workflows.Llm.Tests;

public class JsonOutputTests : LanguageModelSpecification
{
    protected override Dictionary<string, string?> Settings => new(base.Settings)
    {
        ["LanguageModels:json:ConnectionString"] = base.Settings["LanguageModels:default:ConnectionString"],
        ["LanguageModels:json:JsonOutput"] = "Json",
        ["LanguageModels:prompt:ConnectionString"] = base.Settings["LanguageModels:default:ConnectionString"],
        ["LanguageModels:prompt:JsonOutput"] = "Prompt",
    };

    [Theory]
    [InlineData("json", "json_object")]
    [InlineData("prompt", null)]
    public async Task An_endpoint_without_schemas_gets_it_in_the_system_message(string connection, string? format)
    {
        Provider.ThenOpenAI("""{"n":3}""");

        await Ask(Question(connection: connection) with { System = "Be terse.", Schema = JsonElement.Parse("""{"type":"object","required":["n"]}""") });

        var body = Provider.Requests.ShouldHaveSingleItem().Body;
        (body.TryGetProperty("response_format", out var sent) ? sent.GetProperty("type").GetString() : null).ShouldBe(format);
        body.GetProperty("messages")[0].GetProperty("content").ToString().ShouldSatisfyAllConditions(
            system => system.ShouldStartWith("Be terse."), system => system.ShouldContain("""{"type":"object","required":["n"]}"""));
    }
}
