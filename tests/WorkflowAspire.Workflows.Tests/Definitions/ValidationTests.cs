using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using WorkflowAspire.Workflows.Catalog;
using WorkflowAspire.Workflows.Definitions;

namespace WorkflowAspire.Workflows.Tests.Definitions;

/// <summary>What is refused when a definition is saved, where it is said to be wrong, and how to mend it.</summary>
public class ValidationTests : DefinitionSpecification
{
    private const string First = """{"id":"first","type":"template","template":"x"}""";

    [Theory]
    [InlineData("""{"id":"a"}""", "/steps/0/type", "'type' is required here")]
    [InlineData("""{"type":"code","code":"return 1"}""", "/steps/0/id", "'id' is required here")]
    [InlineData("""{"id":"a","type":"https"}""", "/steps/0/type", "use one of http, llm, template")]
    [InlineData("""{"id":"a","type":"http"}""", "/steps/0/url", "'url' is required here")]
    [InlineData("""{"id":"a","type":"http","url":7}""", "/steps/0/url", "7 is refused")]
    [InlineData("""{"id":"a","type":"http","url":"http://x/","methd":"GET"}""", "/steps/0/methd", "not known here")]
    [InlineData("""{"id":"a b","type":"code","code":"return 1"}""", "/steps/0/id", "\"a b\" doesn't have the form")]
    [InlineData("""{"id":"a","type":"branch","then":[{"id":"b","type":"code","code":"return 1"}]}""", "/steps/0/if", "'if' is required here")]
    [InlineData("""{"id":"a","type":"branch","if":"input.x > 1","then":[{"id":"b","type":"code","code":"return 1"}]}""", "/steps/0/if", "write one expression")]
    [InlineData("""{"id":"a","type":"branch","if":"${true}","then":[]}""", "/steps/0/then", "is refused (minItems)")]
    [InlineData("""{"id":"a","type":"forEach","items":"${[]}","steps":[{"id":"b","type":"code"}]}""", "/steps/0/steps/0/code", "'code' is required here")]
    [InlineData("""{"id":"a","type":"code","code":"return 1","retry":{"attempts":0}}""", "/steps/0/retry/attempts", "0 is refused (minimum)")]
    public Task What_does_not_fit_the_schema(string step, string place, string message) => IsRefused(step, place, message);

    [Theory]
    [InlineData("""{"id":"first","type":"code","code":"return 1"}""", "/steps/1/id", "Another step is named 'first'")]
    [InlineData("""{"id":"a","type":"branch","if":"${ steps.firts }","then":[{"id":"b","type":"code","code":"return 1"}]}""", "/steps/1/if", "There is no step 'firts'. Here one can use steps.first.")]
    [InlineData("""{"id":"a","type":"code","code":"return steps.b"},{"id":"b","type":"code","code":"return 1"}""", "/steps/1/code", "comes later")]
    [InlineData("""{"id":"a","type":"code","code":"return steps['a']"}""", "/steps/1/code", "steps.a has no output yet")]
    [InlineData("""{"id":"a","type":"parallel","branches":{"x":[{"id":"b","type":"code","code":"return 1"}],"y":[{"id":"c","type":"template","template":"{{steps.b}}"}]}}""", "/steps/1/branches/y/0/template", "inside another branch")]
    [InlineData("""{"id":"a","type":"branch","if":"${true}","then":[{"id":"b","type":"code","code":"return 1"}]},{"id":"c","type":"http","url":"http://x/${steps.b}"}""", "/steps/2/url", "use the output of the branch as a whole")]
    [InlineData("""{"id":"a","type":"http","url":"http://x/${input.}"}""", "/steps/1/url", "is no JavaScript expression")]
    [InlineData("""{"id":"a","type":"http","url":"http://x/${input.a"}""", "/steps/1/url", "no closing brace")]
    [InlineData("""{"id":"a","type":"http","url":"ftp://x/"}""", "/steps/1/url", "only http and https")]
    [InlineData("""{"id":"a","type":"http","url":"http://user:pw@x/"}""", "/steps/1/url", "user name or password")]
    [InlineData("""{"id":"a","type":"http","url":"http://x/","body":{"at":"${Date.now()}"},"method":"POST"}""", "/steps/1/body/at", "use it in a code step")]
    [InlineData("""{"id":"a","type":"http","url":"http://x/${Math.random()}"}""", "/steps/1/url", "use it in a code step")]
    [InlineData("""{"id":"a","type":"http","url":"http://x/","body":{"key":"${secrets.api}"},"method":"POST"}""", "/steps/1/body/key", "it would be stored")]
    [InlineData("""{"id":"a","type":"http","url":"http://x/","body":{"key":{"secret":"api"}},"method":"POST"}""", "/steps/1/body/key", "it would be stored")]
    [InlineData("""{"id":"a","type":"http","url":"http://x/","headers":{"A":"${'Bearer ' + secrets.api}"}}""", "/steps/1/headers/A", "A secret can be used as ${secrets.name}")]
    [InlineData("""{"id":"a","type":"template","template":"{{ secrets.api }}"}""", "/steps/1/template", "it would be stored")]
    [InlineData("""{"id":"a","type":"code","code":"return secrets.api"}""", "/steps/1/code", "it would be stored")]
    [InlineData("""{"id":"a","type":"code","code":"return inputs.x"}""", "/steps/1/code", "'inputs' is not known here")]
    [InlineData("""{"id":"a","type":"code","code":"return item"}""", "/steps/1/code", "only inside the steps of a forEach")]
    [InlineData("""{"id":"a","type":"code","code":"return }"}""", "/steps/1/code", "no JavaScript function body")]
    [InlineData("""{"id":"a","type":"template","template":"{{ x "}""", "/steps/1/template", "no Liquid template")]
    [InlineData("""{"id":"a","type":"template","template":"x","timeout":"-5s"}""", "/steps/1/timeout", "is negative")]
    [InlineData("""{"id":"a","type":"template","template":"x","timeout":"soon"}""", "/steps/1/timeout", "30s, 5m, 2h")]
    [InlineData("""{"id":"a","type":"template","template":"x","timeout":"2h"}""", "/steps/1/timeout", "Timeout")]
    [InlineData("""{"id":"a","type":"template","template":"x","retry":{"delay":"1h"}}""", "/steps/1/retry/delay", "RetryDelay")]
    [InlineData("""{"id":"a","type":"wait"}""", "/steps/1/duration", "either 'duration' or 'until'")]
    [InlineData("""{"id":"a","type":"wait","duration":"PT-5M"}""", "/steps/1/duration", "no duration")]
    [InlineData("""{"id":"a","type":"wait","until":"2030-01-01T00:00:00"}""", "/steps/1/until", "with its offset")]
    [InlineData("""{"id":"a","type":"signal","timeout":"-1d"}""", "/steps/1/timeout", "is negative")]
    [InlineData("""{"id":"a","type":"workflow","workflow":"nobody"}""", "/steps/1/workflow", "There is no workflow 'nobody'")]
    [InlineData("""{"id":"a","type":"llm","prompt":"Hi"}""", "/steps/1", "none is registered in this service")]
    [InlineData("""{"id":"a","type":"llm"}""", "/steps/1/prompt", "either 'prompt' or 'messages'")]
    public Task What_only_the_meaning_tells(string steps, string place, string message) => IsRefused($"{First},{steps}", place, message);

    [Theory]
    [InlineData("""{"type":"integr"}""", "/input/type")]
    [InlineData("""{"properties":{"a":{"minimum":"x"}}}""", "/input/properties/a/minimum")]
    [InlineData("""{"$ref":"https://example.org/elsewhere"}""", "/input")]
    [InlineData("""{"pattern":"("}""", "/input")]
    public async Task An_input_that_is_no_schema(string schema, string place)
    {
        var errors = await Refused($$"""{"name":"test","input":{{schema}},"steps":[{{First}}]}""");

        errors.ShouldContainKey(place);
        errors[place][0].ShouldContain("no JSON Schema");
    }

    [Fact]
    public async Task Text_that_is_no_text()
    {
        (await Refused(Workflow(@"{""id"":""a"",""type"":""template"",""template"":""\ud800""}")))["/steps/0/template"][0].ShouldContain("half a surrogate pair");
        (await Refused(Workflow(@"{""id"":""a"",""\udfff"":1}"))).ShouldContainKey("/steps/0");
    }

    [Fact]
    public async Task A_definition_of_another_name()
    {
        (await Refused($$"""{"name":"other","steps":[{{First}}]}"""))["/name"][0].ShouldContain("saved as 'test'");
    }

    [Fact]
    public async Task All_errors_are_told_at_once()
    {
        var errors = await Refused(Workflow("""{"id":"a","type":"code","code":"return x"},{"id":"b","type":"template","template":"{{ steps.c }}"}""", "\"${nope}\""));

        errors.Keys.ShouldBe(["/output", "/steps/0/code", "/steps/1/template"]);
    }

    [Fact]
    public async Task A_sub_workflow_of_the_same_tenant_or_of_a_worker_is_known()
    {
        await Save($$"""{"name":"inner","steps":[{{First}}]}""");
        await Services.GetRequiredService<WorkflowDirectory>().PublishAsync();

        (await Save(Workflow("""{"id":"a","type":"workflow","workflow":"inner"},{"id":"again","type":"workflow","workflow":"test","when":"${false}"}"""))).Version.ShouldBe(1);
    }

    [Fact]
    public void The_schema_names_its_draft()
    {
        using var schema = JsonDocument.Parse(DefinitionSchema.Text);

        schema.RootElement.GetProperty("$schema").GetString().ShouldBe("https://json-schema.org/draft/2020-12/schema");
    }

    [Fact]
    public async Task What_fits_is_not_named_because_something_else_does_not()
    {
        var errors = await Refused(Workflow("""{"id":"a","type":"http","url":"https://example.org/${ input.path }","headers":{"x":"y"}},{"id":"b","type":"wat"}"""));

        errors.Keys.ShouldBe(["/steps/1/type"]);
    }

    private async Task IsRefused(string steps, string place, string message)
    {
        var errors = await Refused(Workflow(steps));

        errors.Keys.ShouldContain(place, string.Join(" | ", errors.Select(error => $"{error.Key}: {string.Join(';', error.Value)}")));
        string.Join(' ', errors[place]).ShouldContain(message);
    }
}
