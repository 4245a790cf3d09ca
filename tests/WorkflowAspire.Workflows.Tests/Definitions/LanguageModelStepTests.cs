using Microsoft.Extensions.DependencyInjection;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Definitions.LanguageModels;

namespace WorkflowAspire.Workflows.Tests.Definitions;

/// <summary>An <c>llm</c> step whose models are asked by code of the host's own, which may answer anything.</summary>
public class LanguageModelStepTests : DefinitionSpecification
{
    private const string AsText = """{"id":"ask","type":"llm","prompt":"?","retry":{"attempts":1}}""";
    private const string AsJson = """{"id":"ask","type":"llm","prompt":"?","retry":{"attempts":1},"schema":{"type":["object","array"]}}""";

    private readonly Answering _models = new();

    public static TheoryData<string, string> BadJson => new()
    {
        { Nested(AcceptedJson.MaxDepth + 1), "nests deeper than 48" },
        { """{"a":1,"a":2}""", "key 'a' twice" },
        { """{"a":{"b":["\ud83d"]}}""", "(/a/b/0). It has half of a surrogate pair" },
        { """{"\udc00":1}""", "half of a surrogate pair" },
        { "{", "is not JSON" },
    };

    [Theory]
    [MemberData(nameof(BadJson))]
    public async Task An_answer_in_JSON_that_could_not_go_through_unchanged_is_none(string answer, string fault)
    {
        _models.Answer = answer;

        (await Should.ThrowAsync<Exception>(() => Run(Workflow(AsJson)))).Message.ShouldSatisfyAllConditions(
            message => message.ShouldContain("Step 'ask'"),
            message => message.ShouldContain(fault));
    }

    [Fact]
    public async Task An_answer_as_deep_as_may_be_is_kept_and_handed_on()
    {
        _models.Answer = Nested(AcceptedJson.MaxDepth);

        (await Run(Workflow(AsJson, "\"${ steps.ask.json }\""))).GetRawText().ShouldBe(_models.Answer);
    }

    [Theory]
    [InlineData(0xd83d)]
    [InlineData(0xde00)]
    public async Task A_text_with_half_a_character_fails_the_run_instead_of_changing_it(int half)
    {
        _models.Answer = $"cut {(char)half} here";

        (await Should.ThrowAsync<UnrecoverableError>(() => Run(Workflow(AsText)))).Message.ShouldStartWith("Step 'ask': the model's answer can't be kept. It has half of a surrogate pair");
    }

    [Fact]
    public async Task A_text_of_whole_characters_comes_through_unchanged()
    {
        _models.Answer = "ünï ✓ 漢字 🚀 \ufffd";

        (await Run(Workflow(AsText, "\"${ steps.ask.text }\""))).GetString().ShouldBe(_models.Answer);
    }

    [Fact]
    public async Task An_answer_that_is_missing_fails_with_a_sentence()
    {
        _models.Answer = null;

        (await Should.ThrowAsync<Exception>(() => Run(Workflow(AsText)))).Message.ShouldContain("Step 'ask': the model's answer is missing");
    }

    [Theory]
    [InlineData("""{"id":"next","type":"workflow","workflow":"other","input":{"a":[[[[[[[["${ steps.ask.json }"]]]]]]]]}}""", "null")]
    [InlineData("""{"id":"next","type":"template","template":"x"}""", """{"a":[[[[[[[["${ steps.ask.json }"]]]]]]]]}""")]
    public async Task What_is_put_together_deeper_than_can_be_written_fails_at_once_with_a_sentence(string step, string output)
    {
        _models.Answer = Nested(AcceptedJson.MaxDepth);
        await Save(Workflow("""{"id":"a","type":"template","template":"x"}""", name: "other"));

        (await Should.ThrowAsync<UnrecoverableError>(() => Run(Workflow($"{AsJson},{step}", output)))).Message.ShouldContain("can't be written as JSON");
    }

    [Fact]
    public async Task Branches_around_a_deep_answer_fail_at_once_with_a_sentence()
    {
        _models.Answer = Nested(AcceptedJson.MaxDepth);
        var step = AsJson;
        for (var i = 0; i < 9; i++) step = $$"""{"id":"b{{i}}","type":"parallel","branches":{"x":[{{step}}] } }""";

        (await Should.ThrowAsync<UnrecoverableError>(() => Run(Workflow(step, "\"${ steps.b8 }\"")))).Message.ShouldContain("can't be written as JSON");
    }

    protected override void Configure(IServiceCollection services)
    {
        services.AddSingleton<ILanguageModelSteps>(_models);
        base.Configure(services);
    }

    private static string Nested(int depth) => new string('[', depth) + new string(']', depth);

    private sealed class Answering : ILanguageModelSteps
    {
        public string? Answer { get; set; } = "";

        public Task<LanguageModelAnswer> AskAsync(LanguageModelRequest request, CancellationToken cancellationToken) => Task.FromResult(new LanguageModelAnswer(Answer!));
    }
}
