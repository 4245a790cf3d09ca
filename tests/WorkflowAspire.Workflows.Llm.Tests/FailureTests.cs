using System.Text.Json;
using WorkflowAspire.BullMQ;
using WorkflowAspire.TestServers;
using WorkflowAspire.Workflows.Llm.Tests.Provider;

namespace WorkflowAspire.Workflows.Llm.Tests;

public class FailureTests : LanguageModelSpecification
{
    private static readonly int NobodysPort = ServerProcess.FreePort();

    protected override Dictionary<string, string?> Settings => new(base.Settings)
    {
        ["LanguageModels:away:ConnectionString"] = $"Provider=openai;Endpoint=http://127.0.0.1:{NobodysPort};Key={Key};Model=m",
        ["LanguageModels:away-ollama:ConnectionString"] = $"Provider=ollama;Endpoint=http://127.0.0.1:{NobodysPort};Model=m",
    };

    public static TheoryData<string> Both => ["default", "local"];

    [Theory]
    [MemberData(nameof(Both))]
    public async Task A_limit_with_seconds_to_wait_is_waited_for(string connection)
    {
        var began = Time.GetUtcNow();
        Provider.ThenStatus(429, "slow down", retryAfter: "7");
        ThenAnswer(connection);

        (await Ask(Question(connection: connection))).Text.ShouldBe("Because.");

        (Time.GetUtcNow() - began).ShouldBe(TimeSpan.FromSeconds(7.5), TimeSpan.FromSeconds(0.6));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task A_limit_with_a_date_to_wait_for_is_waited_for(string connection)
    {
        var until = Time.GetUtcNow().AddSeconds(9);
        Provider.ThenStatus(429, "slow down", retryAfter: until.ToString("R"));
        ThenAnswer(connection);

        await Ask(Question(connection: connection));

        Time.GetUtcNow().ShouldBeInRange(until, until.AddSeconds(1));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task A_server_that_fails_is_asked_again_by_the_step_alone(string connection)
    {
        var lease = await AcceptAndClaim();
        Provider.ThenStatus(500).ThenStatus(503);
        ThenAnswer(connection);

        await Ask(Question(connection: connection), lease);

        Provider.Requests.Count.ShouldBe(3);
        (await OnlyStep(lease)).Attempts.ShouldBe(3);
    }

    [Fact]
    public async Task A_server_that_keeps_failing_fails_the_step_with_all_that_an_operator_needs()
    {
        Provider.ThenStatus(500, "overloaded").ThenStatus(500, "overloaded").ThenStatus(500, "overloaded");

        var error = await Should.ThrowAsync<TransientStepException>(() => Ask(Question()));

        error.Message.ShouldBe($"Language model 'default' (OpenAI, {Provider.Address["http://".Length..]}, m), try 3: answered 500 Internal Server Error: overloaded.");
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task A_slow_model_hits_the_timeout(string connection)
    {
        Provider.ThenNothing().ThenNothing();

        var error = await Should.ThrowAsync<TransientStepException>(() => Ask(Question(connection: connection) with { Timeout = TimeSpan.FromSeconds(5), Attempts = 2 }));

        error.Message.ShouldEndWith("try 2: timeout, no complete answer within 0:00:05.");
        Provider.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_stream_that_stalls_hits_the_timeout()
    {
        Provider.Then(async context =>
        {
            await Wire.Stream(context, OpenAIAnswers.EventStream, [OpenAIAnswers.Chunk("Bec")]);
            await Provider.HangAsync(context);
        });

        var error = await Should.ThrowAsync<TransientStepException>(() => Ask(Question() with { Stream = true, Timeout = TimeSpan.FromSeconds(5), Attempts = 1 }));

        error.Message.ShouldContain("timeout");
        Progress.ShouldHaveSingleItem().Characters.ShouldBe(3);
    }

    [Theory]
    [InlineData("away")]
    [InlineData("away-ollama")]
    public async Task A_refused_connection_is_named_so(string connection)
    {
        var error = await Should.ThrowAsync<TransientStepException>(() => Ask(Question(connection: connection)));

        error.Message.ShouldContain("try 3: no connection");
        error.Message.ShouldContain($"127.0.0.1:{NobodysPort}");
    }

    [Fact]
    public async Task A_stream_that_is_cut_is_asked_for_again()
    {
        Provider.Then(context => Wire.Cut(context, OpenAIAnswers.EventStream, OpenAIAnswers.Chunk("Bec"), AnswerBegan)).ThenOpenAIStream("Because.");

        (await Ask(Question() with { Stream = true })).Text.ShouldBe("Because.");
    }

    [Fact]
    public async Task A_stream_that_ends_without_its_end_is_asked_for_again()
    {
        Provider.Then(context => Wire.Stream(context, OpenAIAnswers.EventStream, [OpenAIAnswers.Chunk("Bec")])).ThenOpenAIStream("Because.");

        (await Ask(Question() with { Stream = true })).Text.ShouldBe("Because.");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stream_of_Ollama_that_is_cut_is_asked_for_again(bool aborted)
    {
        Provider
            .Then(context => aborted
                ? Wire.Cut(context, OllamaAnswers.Lines, OllamaAnswers.Line("Bec"), AnswerBegan)
                : Wire.Stream(context, OllamaAnswers.Lines, [OllamaAnswers.Line("Bec")]))
            .ThenOllama("Because.");

        (await Ask(Question(connection: "local") with { Stream = true })).Text.ShouldBe("Because.");
    }

    [Fact]
    public async Task A_cut_stream_that_is_never_whole_says_that_the_connection_broke()
    {
        Provider.Then(context => Wire.Cut(context, OpenAIAnswers.EventStream, OpenAIAnswers.Chunk("Bec"), AnswerBegan));

        var error = await Should.ThrowAsync<TransientStepException>(() => Ask(Question() with { Stream = true, Attempts = 1 }));

        error.Message.ShouldContain("try 1: the connection broke off");
    }

    [Theory]
    [InlineData("default", "{\"id\":\"c1\",\"choi")]
    [InlineData("default", "<html>not JSON</html>")]
    [InlineData("default", "{\"object\":\"chat.completion\",\"choices\":[]}")]
    [InlineData("local", "{\"model\":\"lla")]
    [InlineData("local", "<html>not JSON</html>")]
    public async Task An_answer_that_cannot_be_read_is_asked_for_again(string connection, string body)
    {
        Provider.Then(context => Wire.Json(context, body));
        ThenAnswer(connection);

        (await Ask(Question(connection: connection))).Text.ShouldBe("Because.");
    }

    [Fact]
    public async Task An_answer_that_can_never_be_read_says_so()
    {
        Provider.Then(context => Wire.Json(context, "<html>not JSON</html>"));

        (await Should.ThrowAsync<TransientStepException>(() => Ask(Question() with { Attempts = 1 }))).Message.ShouldContain("try 1: the answer can't be read");
    }

    [Theory]
    [InlineData(400, "no such parameter", "answered 400 Bad Request: no such parameter")]
    [InlineData(401, "Incorrect API key", "the connection's key was refused, 401 Unauthorized: Incorrect API key")]
    [InlineData(403, "not for you", "the connection's key was refused, 403 Forbidden: not for you")]
    [InlineData(404, "no such model", "answered 404 Not Found: no such model")]
    [InlineData(307, "elsewhere", "redirects (307), which isn't followed; use the final address as Endpoint")]
    public async Task A_refusal_fails_the_run_at_once(int status, string reason, string message)
    {
        Provider.ThenStatus(status, reason);

        var error = await Should.ThrowAsync<UnrecoverableError>(() => Ask(Question()));

        error.Message.ShouldEndWith($"try 1: {message}.");
        Provider.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_long_refusal_is_shortened()
    {
        Provider.ThenStatus(400, new string('x', 5000));

        (await Should.ThrowAsync<UnrecoverableError>(() => Ask(Question()))).Message.Length.ShouldBeLessThan(500);
    }

    [Fact]
    public async Task A_JSON_answer_that_was_cut_at_its_limit_fails_with_what_to_do()
    {
        var lease = await AcceptAndClaim();
        Provider.ThenOpenAI("{\"n\":", output: 50, finishReason: "length");

        var error = await Should.ThrowAsync<UnrecoverableError>(() => Ask(Question() with { Schema = JsonElement.Parse("""{"type":"object"}"""), MaxTokens = 50 }, lease));

        error.Message.ShouldContain("cut after 50 tokens (finish reason length); raise MaxTokens");
        (await UsageOf(lease)).OutputTokens.ShouldBe(50);
    }

    [Fact]
    public async Task A_text_that_was_cut_at_its_limit_is_an_answer()
    {
        Provider.ThenOpenAI("Because of", finishReason: "length");

        (await Ask(Question())).FinishReason.ShouldBe("length");
    }

    [Fact]
    public async Task An_empty_answer_is_asked_for_again()
    {
        Provider.ThenOpenAI("").ThenOpenAI("Because.");

        (await Ask(Question())).Text.ShouldBe("Because.");
    }

    [Fact]
    public async Task A_run_that_is_called_off_ends_its_call()
    {
        using var stop = new CancellationTokenSource();
        var lease = await AcceptAndClaim();
        Provider.ThenNothing();
        var work = Ask(Question(), lease, ct: stop.Token);
        await Eventually.True(() => Provider.Requests.Count == 1);

        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => work);
        (await Store.ListStepsAsync(lease.Run.Id)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_call_that_never_gets_its_turn_says_so()
    {
        Provider.ThenNothing().ThenNothing();
        var request = Question(connection: "narrow") with { Timeout = TimeSpan.FromMinutes(2), Attempts = 1 };
        var lease = await AcceptAndClaim();

        var error = await Should.ThrowAsync<StepPostponedException>(() => Meanwhile(Execute(lease, async context =>
        {
            var others = Enumerable.Range(0, 2).Select(i => Models.ChatAsync(context, $"other-{i}", request)).ToList();
            await Eventually.True(() => Provider.Requests.Count == 2);
            return (await Models.ChatAsync(context, "ask", request with { Timeout = TimeSpan.FromSeconds(5) })).Text;
        })));

        error.Message.ShouldContain("all of its 2 calls (MaxConcurrency), or all that one tenant may have of them (TenantPart), were under way for 0:00:05");
    }

    [Fact]
    public async Task A_model_that_is_not_configured_is_named_with_those_that_are() =>
        (await Should.ThrowAsync<UnrecoverableError>(() => Ask(Question(connection: "nowhere")))).Message.ShouldBe(
            "No language model is named 'nowhere'; this worker has: away, away-ollama, default, local, narrow. Configure LanguageModels:nowhere.");

    [Fact]
    public async Task A_request_that_makes_no_sense_is_refused() =>
        (await Should.ThrowAsync<UnrecoverableError>(() => Ask(Question() with { Temperature = 3 }))).Message.ShouldContain("Temperature");

    [Fact]
    public async Task A_request_without_a_question_is_refused() =>
        (await Should.ThrowAsync<UnrecoverableError>(() => Ask(new ChatRequest()))).Message.ShouldContain("set User");

    [Fact]
    public async Task A_role_that_nobody_has_is_refused() =>
        (await Should.ThrowAsync<UnrecoverableError>(() => Ask(new ChatRequest { Earlier = [new EarlierMessage("boss", "Why?")] }))).Message.ShouldContain("'boss' is no role");

    [Fact]
    public async Task A_timeout_beyond_the_workers_lock_is_refused() =>
        (await Should.ThrowAsync<UnrecoverableError>(() => Ask(Question() with { Timeout = TimeSpan.FromMinutes(5) }))).Message.ShouldContain("Worker:LockDuration");

    private bool AnswerBegan() => Progress.Count > 0;

    private void ThenAnswer(string connection)
    {
        if (connection == "default") Provider.ThenOpenAI("Because.");
        else Provider.ThenOllama("Because.");
    }
}
