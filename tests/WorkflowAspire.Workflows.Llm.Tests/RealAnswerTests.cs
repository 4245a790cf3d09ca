using System.Diagnostics;
using System.Text;
using System.Text.Json;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Llm.Tests.Provider;

namespace WorkflowAspire.Workflows.Llm.Tests;

/// <summary>Answers as servers give them that speak nearly the same protocol: each is a text, or one clear failure.</summary>
public class RealAnswerTests : LanguageModelSpecification
{
    private static ChatRequest NumberPlease => Question() with
    {
        Schema = JsonElement.Parse("""{"type":"object","properties":{"n":{"type":["integer","string"]}},"required":["n"]}"""),
    };

    protected override Dictionary<string, string?> Settings => new(base.Settings)
    {
        ["LanguageModels:path:ConnectionString"] = $"Provider=ollama;Endpoint={Provider.Address}/ollama;Model=llama3",
        ["LanguageModels:path-with-slash:ConnectionString"] = $"Provider=ollama;Endpoint={Provider.Address}/ollama/;Model=llama3",
        ["LanguageModels:small:ConnectionString"] = $"Provider=openai;Endpoint={Provider.Address}/v1;Key={Key};Model=m",
        ["LanguageModels:small:MaxResponseBytes"] = "2048",
    };

    [Theory]
    [InlineData("path")]
    [InlineData("path-with-slash")]
    public async Task An_Ollama_endpoint_behind_a_path_keeps_its_path(string connection)
    {
        Provider.ThenOllama("Because.");

        (await Ask(Question(connection: connection))).Text.ShouldBe("Because.");

        Provider.Requests.ShouldHaveSingleItem().Path.ShouldBe("/ollama/api/chat");
    }

    [Theory]
    [InlineData("")]
    [InlineData("<think>Let me see")]
    public async Task An_answer_that_was_cut_before_it_began_is_paid_for_once(string text)
    {
        var lease = await AcceptAndClaim();
        Provider.ThenOpenAI(text, output: 50, finishReason: "length");

        var error = await Should.ThrowAsync<UnrecoverableError>(() => Ask(Question() with { MaxTokens = 50 }, lease));

        error.Message.ShouldContain("cut after 50 tokens, before it began (finish reason length); raise MaxTokens");
        Provider.Requests.Count.ShouldBe(1);
        (await UsageOf(lease)).OutputTokens.ShouldBe(50);
    }

    [Theory]
    [InlineData("<think>hm {\"n\":2}</think>\n{\"n\":1}")]
    [InlineData("hm {\"n\":2}</think>\n{\"n\":1}")]
    [InlineData("[THINK]{\"n\":2}[/THINK]{\"n\":1}")]
    [InlineData("```json\n{\"n\":1}\n```")]
    [InlineData("Sure, here it is:\n```json\n{\"n\":1}\n```\nAnything else?")]
    [InlineData("As in [1], and in {this} and [that, it is {\"n\":1}.")]
    public async Task JSON_is_found_behind_thoughts_and_among_words(string text)
    {
        Provider.ThenOpenAI(text);

        (await Ask(NumberPlease)).Text.ShouldBe("{\"n\":1}");
    }

    [Theory]
    [InlineData("<think>Hm.</think>\nBecause.")]
    [InlineData("<think></think>\n\nBecause.")]
    [InlineData("Because.")]
    public async Task Thoughts_before_a_text_are_no_part_of_it(string text)
    {
        Provider.ThenOpenAI(text);

        (await Ask(Question())).Text.ShouldBe("Because.");
    }

    [Theory]
    [InlineData("""{"n":1} or {"n":2}""", "2 pieces of JSON")]
    [InlineData("""{"n":1,"n":2}""", "each property once")]
    [InlineData("""{"n":1,"more":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}""", "at most 48 levels")]
    [InlineData("""{"n":"\ud83d"}""", "half a surrogate pair")]
    [InlineData("""{"n":1,"\ude00":1}""", "half a surrogate pair")]
    public async Task JSON_of_which_not_all_could_be_kept_is_asked_for_again(string text, string fault)
    {
        Provider.ThenOpenAI(text).ThenOpenAI("""{"n":3}""");

        (await Ask(NumberPlease)).Text.ShouldBe("""{"n":3}""");

        Provider.Requests[1].Body.GetProperty("messages").EnumerateArray().Last().GetProperty("content").ToString().ShouldContain(fault);
    }

    [Fact]
    public async Task A_number_is_kept_as_it_is_written()
    {
        Provider.ThenOpenAI("""{"n":9007199254740993}""");

        (await Ask(NumberPlease)).Text.ShouldBe("""{"n":9007199254740993}""");
    }

    [Fact]
    public async Task A_text_with_half_a_character_fails_once()
    {
        Provider.Then(context => Wire.Json(context, """{"choices":[{"message":{"content":"a\ud83d"},"finish_reason":"stop"}]}"""));

        (await Should.ThrowAsync<UnrecoverableError>(() => Ask(Question()))).Message.ShouldContain("half a surrogate pair (at character 1)");
        Provider.Requests.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("""{"error":{"message":"No endpoints found for m","code":404}}""", "No endpoints found for m")]
    [InlineData("""{"error":{"message":"Too long a prompt","type":"invalid_request_error","code":null}}""", "Too long a prompt")]
    [InlineData("""[{"error":{"code":400,"message":"Bad argument","status":"INVALID_ARGUMENT"}}]""", "Bad argument")]
    [InlineData("""{"id":"c1","choices":[{"error":{"message":"Flagged","code":403},"message":null}]}""", "Flagged")]
    [InlineData("""{"object":"error","message":"The model m does not exist","type":"NotFoundError","code":404}""", "The model m does not exist")]
    public async Task A_final_error_inside_a_200_fails_at_once_with_the_providers_words(string body, string words)
    {
        Provider.Then(context => Wire.Json(context, body));

        (await Should.ThrowAsync<UnrecoverableError>(() => Ask(Question()))).Message.ShouldContain(words);
        Provider.Requests.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("default", """{"error":{"message":"Overloaded","code":503}}""")]
    [InlineData("default", """{"error":"Loading the model"}""")]
    [InlineData("local", """{"error":"Loading the model"}""")]
    public async Task A_passing_error_inside_a_200_is_asked_again(string connection, string body)
    {
        Provider.Then(context => Wire.Json(context, body));
        if (connection == "local") Provider.ThenOllama("Because.");
        else Provider.ThenOpenAI("Because.");

        (await Ask(Question(connection: connection))).Text.ShouldBe("Because.");
    }

    [Theory]
    [InlineData("""{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}}""")]
    [InlineData("""{"error":{"message":"You exceeded your current quota","type":"insufficient_user_quota"}}""")]
    public async Task A_quota_that_is_used_up_fails_at_once(string body)
    {
        Provider.Then(context =>
        {
            context.Response.StatusCode = 429;
            return Wire.Json(context, body);
        });

        (await Should.ThrowAsync<UnrecoverableError>(() => Ask(Question()))).Message.ShouldContain("quota is used up, 429 Too Many Requests: You exceeded your current quota");
        Provider.Requests.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("""{"choices":[{"message":{"content":[{"type":"thinking","thinking":"hm"},{"type":"text","text":"Be"},{"type":"text","text":"cause."}]}}]}""")]
    [InlineData("""{"choices":[{"message":{"role":null,"content":"Because.","reasoning_content":"hm","tool_calls":null},"finish_reason":null,"logprobs":{}}],"usage":null}""")]
    [InlineData("""{"choices":[{"text":"Because."}],"usage":{"prompt_tokens":null}}""")]
    [InlineData("""{"choices":[{"message":{"content":"Because."},"finish_reason":"eos_token"}],"usage":{},"created":1.5,"model":7,"error":null}""")]
    [InlineData("\uFEFF{\"choices\":[{\"index\":0,\"message\":{\"content\":\"Because.\"}},{\"index\":1,\"message\":{\"content\":\"No.\"}}]}")]
    public async Task An_answer_with_other_fields_or_with_some_missing_is_an_answer(string body)
    {
        Provider.Then(context => Wire.Json(context, body));

        (await Ask(Question())).Text.ShouldBe("Because.");
    }

    [Theory]
    [InlineData("""{"model":"llama3","message":{"role":"assistant","content":"Because.","thinking":"hm"},"done":true}""")]
    [InlineData("""{"message":{"content":"Because."}}""")]
    public async Task An_answer_of_Ollama_with_other_fields_is_an_answer(string body)
    {
        Provider.Then(context => Wire.Json(context, body));

        (await Ask(Question(connection: "local"))).Text.ShouldBe("Because.");
    }

    [Theory]
    [InlineData(": PROCESSING\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"Be\"}}]}\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"cause.\"},\"finish_reason\":\"stop\"}]}\n\n")]
    [InlineData("event: x\nid: 1\ndata:{\"choices\":[{\"delta\":{\"content\":[{\"type\":\"text\",\"text\":\"Because.\"}]}}]}\r\n\r\ndata:[DONE]\r\n\r\n")]
    [InlineData("data: {\"choices\":[],\"prompt_filter_results\":[]}\n\ndata: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":null}}]}\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"Because.\"}}]}\n\ndata: [DONE]\n\n")]
    [InlineData("{\"choices\":[{\"message\":{\"content\":\"Because.\"},\"finish_reason\":\"stop\"}]}")]
    public async Task A_stream_in_any_of_its_forms_is_put_together(string stream)
    {
        Provider.Then(context => Wire.Stream(context, OpenAIAnswers.EventStream, [stream]));

        (await Ask(Question() with { Stream = true })).Text.ShouldBe("Because.");
    }

    [Fact]
    public async Task A_character_that_a_stream_cuts_in_two_comes_whole()
    {
        Provider.Then(context => Wire.Stream(context, OpenAIAnswers.EventStream,
            ["""data: {"choices":[{"delta":{"content":"\ud83d"}}]}""" + "\n\n", """data: {"choices":[{"delta":{"content":"\ude00"},"finish_reason":"stop"}]}""" + "\n\n", "data: [DONE]\n\n"]));

        (await Ask(Question() with { Stream = true })).Text.ShouldBe("😀");
    }

    [Theory]
    [InlineData("data: {\"error\":{\"message\":\"Upstream gone\",\"code\":502},\"choices\":[{\"delta\":{\"content\":\"\"},\"finish_reason\":\"error\"}]}\n\n", false)]
    [InlineData("data: {\"error\":{\"message\":\"Flagged\",\"code\":403}}\n\n", true)]
    [InlineData("error: {\"code\":400,\"message\":\"Too long\",\"type\":\"invalid_request_error\"}\n\n", true)]
    public async Task An_error_in_mid_stream_is_final_or_passing_as_it_says(string line, bool isFinal)
    {
        Provider.Then(context => Wire.Stream(context, OpenAIAnswers.EventStream, [OpenAIAnswers.Chunk("Bec"), line])).ThenOpenAIStream("Because.");
        var asked = Ask(Question() with { Stream = true });

        if (isFinal) await Should.ThrowAsync<UnrecoverableError>(() => asked);
        else (await asked).Text.ShouldBe("Because.");

        Provider.Requests.Count.ShouldBe(isFinal ? 1 : 2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_answer_is_read_no_further_than_its_limit(bool stream)
    {
        if (stream) Provider.ThenOpenAIStream([.. Enumerable.Repeat(new string('x', 100), 100)]);
        else Provider.ThenOpenAI(new string('x', 10_000));

        var error = await Should.ThrowAsync<UnrecoverableError>(() => Ask(Question(connection: "small") with { Stream = stream }));

        error.Message.ShouldContain("more than 2048 bytes (MaxResponseBytes)");
        Provider.Requests.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.")]
    [InlineData("Unknown field max_tokens")]
    public async Task A_parameter_that_is_refused_by_its_name_is_sent_under_its_other_one(string complaint)
    {
        Provider.ThenStatus(400, complaint).ThenOpenAI("Because.").ThenOpenAI("Because.");

        await Ask(Question() with { MaxTokens = 100 });
        await Ask(Question() with { MaxTokens = 100 });

        Provider.Requests.Select(request => request.Body.TryGetProperty("max_completion_tokens", out _)).ShouldBe([false, true, true]);
    }

    [Fact]
    public async Task A_parameter_whose_value_is_refused_is_sent_once()
    {
        Provider.ThenStatus(400, "max_tokens is too large: 100");

        (await Should.ThrowAsync<UnrecoverableError>(() => Ask(Question() with { MaxTokens = 100 }))).Message.ShouldContain("max_tokens is too large");
        Provider.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_endpoint_that_asks_for_no_wait_is_asked_again_after_the_steps_own()
    {
        var began = Time.GetUtcNow();
        Provider.ThenStatus(429, "slow down", retryAfter: "0").ThenStatus(429, "slow down", retryAfter: "0").ThenOpenAI("Because.");

        await Ask(Question());

        (Time.GetUtcNow() - began).ShouldBeGreaterThan(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_text_in_another_charset_is_read_as_what_it_says_it_is()
    {
        Provider.Then(async context =>
        {
            context.Response.ContentType = "application/json; charset=iso-8859-1";
            await context.Response.Body.WriteAsync(Encoding.Latin1.GetBytes("""{"choices":[{"message":{"content":"größer"}}]}"""));
        });

        (await Ask(Question())).Text.ShouldBe("größer");
    }

    [Fact]
    public async Task What_a_provider_says_is_in_no_trace()
    {
        var seen = new List<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                var tags = activity.TagObjects.Concat(activity.Events.SelectMany(noted => noted.Tags));
                lock (seen) seen.Add($"{activity.OperationName} {activity.StatusDescription} {string.Join(" ", tags.Select(tag => $"{tag.Key}={tag.Value}"))}");
            },
        };
        ActivitySource.AddActivityListener(listener);
        Provider.ThenStatus(400, "no room for Ada's diagnosis");

        (await Should.ThrowAsync<UnrecoverableError>(() => Ask(Question()))).Message.ShouldContain("Ada's diagnosis");

        lock (seen)
        {
            seen.ShouldContain(trace => trace.StartsWith("step ask", StringComparison.Ordinal));
            seen.ShouldAllBe(trace => !trace.Contains("Ada's diagnosis"));
        }
    }
}
