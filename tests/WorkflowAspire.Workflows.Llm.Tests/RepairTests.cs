using System.Text.Json;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Llm.Tests.Provider;

namespace WorkflowAspire.Workflows.Llm.Tests;

public class RepairTests : LanguageModelSpecification
{
    private const string Schema = """{"type":"object","properties":{"n":{"type":"integer","maximum":10}},"required":["n"]}""";

    private static ChatRequest NumberPlease => Question() with { Schema = JsonElement.Parse(Schema) };

    [Theory]
    [InlineData("no JSON at all", "It is no JSON")]
    [InlineData("""{"n":11}""", "/n: ")]
    [InlineData("{}", "\"n\"")]
    public async Task An_answer_that_does_not_fit_is_shown_to_the_model_with_its_faults(string wrong, string fault)
    {
        var lease = await AcceptAndClaim();
        Provider.ThenOpenAI(wrong).ThenOpenAI("""{"n":3}""");

        var answer = await Ask(NumberPlease, lease);

        answer.ShouldSatisfyAllConditions(
            got => got.Text.ShouldBe("""{"n":3}"""), got => got.InputTokens.ShouldBe(20), got => got.OutputTokens.ShouldBe(10), got => got.Cost.ShouldBe(0.00012m));
        var messages = Provider.Requests[1].Body.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("content").ToString()).ToList();
        messages.Count.ShouldBe(3);
        messages[1].ShouldContain(wrong);
        messages[2].ShouldContain(fault);
        (await OnlyStep(lease)).Attempts.ShouldBe(1);
        (await UsageOf(lease)).Calls.ShouldBe(2);
    }

    [Fact]
    public async Task An_answer_that_fits_the_schema_but_not_the_type_is_repaired_too()
    {
        Provider.ThenOpenAI("""{"n":3000000000}""").ThenOpenAI("""{"n":3}""");

        (await Ask<Number>(Question() with { Schema = JsonElement.Parse("""{"type":"object"}""") })).Value.ShouldBe(new Number(3));
    }

    [Fact]
    public async Task A_second_answer_that_does_not_fit_fails_the_run_and_is_paid_for()
    {
        var lease = await AcceptAndClaim();
        Provider.ThenOpenAI("""{"n":11}""").ThenOpenAI("""{"n":12}""");

        var error = await Should.ThrowAsync<UnrecoverableError>(() => Ask(NumberPlease, lease));

        error.Message.ShouldContain("the answer doesn't fit the schema, also not when it was shown what is wrong: /n: ");
        Provider.Requests.Count.ShouldBe(2);
        (await UsageOf(lease)).ShouldSatisfyAllConditions(usage => usage.Calls.ShouldBe(2), usage => usage.InputTokens.ShouldBe(20), usage => usage.Cost.ShouldBe(0.00012m));
    }

    [Fact]
    public async Task A_schema_that_is_none_is_refused_before_anybody_is_asked()
    {
        await Should.ThrowAsync<UnrecoverableError>(() => Ask(Question() with { Schema = JsonElement.Parse("""{"type":"objekt"}""") }));

        Provider.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_type_that_is_no_object_is_refused() =>
        (await Should.ThrowAsync<UnrecoverableError>(() => Ask<List<string>>(Question()))).Message.ShouldContain("put it into a property of a record");

    internal sealed record Number(int N);
}
