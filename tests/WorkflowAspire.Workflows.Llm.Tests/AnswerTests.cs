using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using WorkflowAspire.TestServers;
using WorkflowAspire.Workflows.Llm.Tests.Provider;

namespace WorkflowAspire.Workflows.Llm.Tests;

public class AnswerTests : LanguageModelSpecification
{
    [Fact]
    public async Task An_OpenAI_model_is_asked_and_its_answer_has_its_cost()
    {
        Provider.ThenOpenAI("Because.", input: 1000, output: 500);

        var answer = await Ask(new ChatRequest { System = "You are terse.", User = "Why?", Temperature = 0.5f, MaxTokens = 100 });

        answer.ShouldBe(new ChatAnswer("Because.", "m-2026", 1000, 500, 0.006m, "stop", FromCache: false));
        var (path, authorization, body) = Provider.Requests.ShouldHaveSingleItem();
        path.ShouldBe("/v1/chat/completions");
        authorization.ShouldBe($"Bearer {Key}");
        body.GetProperty("model").GetString().ShouldBe("m");
        body.GetProperty("temperature").GetDouble().ShouldBe(0.5);
        body.GetProperty("max_tokens").GetInt32().ShouldBe(100);
        body.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("role").GetString()).ShouldBe(["system", "user"]);
    }

    [Fact]
    public async Task An_Ollama_model_is_asked_and_has_no_cost_without_prices()
    {
        Provider.ThenOllama("Because.");

        var answer = await Ask(Question(connection: "local"));

        answer.ShouldBe(new ChatAnswer("Because.", "llama3", 10, 5, null, "stop", FromCache: false));
        Provider.Requests.ShouldHaveSingleItem().Path.ShouldBe("/api/chat");
    }

    [Fact]
    public async Task Another_model_of_the_same_endpoint_can_be_asked()
    {
        Provider.ThenOpenAI("Because.");

        await Ask(Question() with { Model = "m-large" });

        Provider.Requests.ShouldHaveSingleItem().Body.GetProperty("model").GetString().ShouldBe("m-large");
    }

    [Fact]
    public async Task A_stream_of_OpenAI_is_put_together_and_reported()
    {
        Provider.ThenOpenAIStream("Be", "cau", "se.");

        var answer = await Ask(Question() with { Stream = true });

        answer.ShouldBe(new ChatAnswer("Because.", "m-2026", 10, 5, 0.00006m, "stop", FromCache: false));
        Provider.Requests.ShouldHaveSingleItem().Body.GetProperty("stream").GetBoolean().ShouldBeTrue();
        Progress[^1].ShouldSatisfyAllConditions(last => last.Step.ShouldBe("ask"), last => last.Characters.ShouldBe(8));
    }

    [Fact]
    public async Task A_stream_of_Ollama_is_put_together_and_reported()
    {
        Provider.ThenOllama("Be", "cau", "se.");

        var answer = await Ask(Question(connection: "local") with { Stream = true });

        answer.ShouldBe(new ChatAnswer("Because.", "llama3", 10, 5, null, "stop", FromCache: false));
        Progress[^1].Characters.ShouldBe(8);
    }

    [Fact]
    public async Task Progress_is_reported_twice_a_second_at_most()
    {
        // The clock stands still while the answer streams: the first report and the last one are due.
        Provider.ThenOpenAIStream([.. Enumerable.Repeat("x", 50)]);

        await Ask(Question() with { Stream = true });

        Progress.Select(report => report.Characters).ShouldBe([1, 50]);
    }

    [Fact]
    public async Task A_typed_answer_is_asked_for_by_its_schema()
    {
        Provider.ThenOpenAI("""{"label":"bug","confidence":0.9}""");

        var answer = await Ask<Verdict>(Question());

        answer.Value.ShouldBe(new Verdict("bug", 0.9));
        var format = Provider.Requests.ShouldHaveSingleItem().Body.GetProperty("response_format");
        format.GetProperty("type").GetString().ShouldBe("json_schema");
        format.GetProperty("json_schema").GetProperty("schema").GetProperty("properties").EnumerateObject().Select(property => property.Name).ShouldBe(["label", "confidence"]);
    }

    [Fact]
    public async Task Ollama_gets_the_schema_as_its_format()
    {
        Provider.ThenOllama("""{"label":"bug","confidence":0.9}""");

        (await Ask<Verdict>(Question(connection: "local"))).Value.Label.ShouldBe("bug");

        Provider.Requests.ShouldHaveSingleItem().Body.GetProperty("format").GetProperty("properties").TryGetProperty("label", out _).ShouldBeTrue();
    }

    [Fact]
    public async Task A_schema_can_be_given_as_JSON()
    {
        Provider.ThenOpenAI("""{"n":3}""");

        var answer = await Ask(Question() with { Schema = JsonElement.Parse("""{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]}""") });

        answer.Text.ShouldBe("""{"n":3}""");
    }

    [Fact]
    public async Task A_fence_around_the_JSON_is_no_fault()
    {
        Provider.ThenOpenAI("```json\n{\"label\":\"bug\",\"confidence\":1}\n```");

        (await Ask<Verdict>(Question())).Text.ShouldBe("""{"label":"bug","confidence":1}""");
    }

    [Fact]
    public async Task A_conversation_is_sent_in_its_order()
    {
        Provider.ThenOpenAI("Because.");

        await Ask(new ChatRequest { System = "s", Earlier = [new EarlierMessage("user", "a"), new EarlierMessage("assistant", "b")], User = "c" });

        Provider.Requests.ShouldHaveSingleItem().Body.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("role").GetString())
            .ShouldBe(["system", "user", "assistant", "user"]);
    }

    [Fact]
    public async Task No_more_calls_are_in_flight_than_the_connection_allows()
    {
        var inFlight = 0;
        var seen = new ConcurrentBag<int>();
        for (var i = 0; i < 6; i++)
        {
            Provider.Then(async context =>
            {
                seen.Add(Interlocked.Increment(ref inFlight));
                await Eventually.True(() => seen.Count >= 2);
                Interlocked.Decrement(ref inFlight);
                await Wire.Json(context, OpenAIAnswers.Completion("Because."));
            });
        }

        await Meanwhile(Execute(await AcceptAndClaim(), async context =>
            (await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Models.ChatAsync(context, $"ask-{i}", Question(connection: "narrow")))))[0].Text));

        seen.Max().ShouldBe(2);
    }

    [Fact]
    public async Task Tokens_and_cost_are_measured_by_model()
    {
        var meters = Services.GetRequiredService<IMeterFactory>();
        using var tokens = new MetricCollector<long>(meters, LanguageModelTelemetry.SourceName, "workflow.llm.tokens");
        using var cost = new MetricCollector<double>(meters, LanguageModelTelemetry.SourceName, "workflow.llm.cost");
        Provider.ThenOpenAI("Because.", input: 1000, output: 500);

        await Ask(Question());

        tokens.GetMeasurementSnapshot().Select(measured => (measured.Tags["model"], measured.Tags["direction"], measured.Value)).ShouldBe([("m", "input", 1000L), ("m", "output", 500L)]);
        cost.LastMeasurement!.Value.ShouldBe(0.006);
    }

    [Fact]
    public async Task A_call_is_traced_without_what_was_said()
    {
        var activities = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == LanguageModelTelemetry.SourceName,
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activities.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        Provider.ThenOpenAI("an answer nobody else has");

        await Ask(Question("a question nobody else has") with { Model = "traced" });

        var call = activities.Where(activity => Equals(activity.GetTagItem("gen_ai.request.model"), "traced")).ShouldHaveSingleItem();
        call.GetTagItem("gen_ai.usage.input_tokens").ShouldBe(10);
        string.Join(" ", call.TagObjects.Concat(call.Events.SelectMany(happened => happened.Tags))).ShouldNotContain("nobody else has");
    }

    [Fact]
    public async Task A_finished_step_is_not_asked_again()
    {
        var lease = await AcceptAndClaim();
        Provider.ThenOpenAI("""{"label":"bug","confidence":0.9}""");
        var first = await Ask<Verdict>(Question(), lease);

        var second = await Ask<Verdict>(Question(), await NextAttempt(lease));

        second.ShouldBe(first);
        Provider.Requests.Count.ShouldBe(1);
    }

    internal sealed record Verdict(string Label, double Confidence);
}
