using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Definitions;
using WorkflowAspire.Workflows.Tests.Samples;

namespace WorkflowAspire.Workflows.Tests.Definitions;

/// <summary>What http steps send, and what they make of answers.</summary>
public class HttpStepTests : DefinitionSpecification
{
    private const string Key = "s3cr&t/\"key";

    private DefinitionOptions.HttpReach Reach => Services.GetRequiredService<IOptions<DefinitionOptions>>().Value.Http;

    [Fact]
    public async Task A_request_is_filled_in_and_its_answer_is_the_output()
    {
        Server.Answer = _ => RawHttpServer.Response("201 Created", """{"id":7}""", "Content-Type: application/json; charset=utf-8", "X-Rate: 9", "Set-Cookie: session=1");

        var output = await Run(
            Http("""{"method":"POST","url":"URL/orders/${input.id}?q=${encodeURIComponent(input.text)}","headers":{"X-Customer":"${input.id}"},"body":{"amount":"${input.amount}","list":["n ${input.id}",1]}}"""),
            """{"id":42,"text":"a&b","amount":1.5}""");

        output.GetProperty("status").GetInt32().ShouldBe(201);
        output.GetProperty("body").GetRawText().ShouldBe("""{"id":7}""");
        output.GetProperty("headers").GetProperty("x-rate").GetString().ShouldBe("9");
        output.GetProperty("headers").TryGetProperty("set-cookie", out _).ShouldBeFalse();
        var request = Server.Requests.ShouldHaveSingleItem();
        request.ShouldStartWith("POST /orders/42?q=a%26b HTTP/1.1");
        request.ShouldContain("X-Customer: 42");
        request.ShouldContain("Idempotency-Key: ");
        request.ShouldEndWith("""{"amount":1.5,"list":["n 42",1]}""");
    }

    [Theory]
    [InlineData("text/plain", "plain", "\"plain\"")]
    [InlineData("application/json", "not json", "\"not json\"")]
    [InlineData("application/problem+json", "[1]", "[1]")]
    [InlineData("text/plain", "", "null")]
    public async Task A_body_is_JSON_where_it_is_some_and_else_text(string type, string body, string expected)
    {
        Server.Answer = _ => RawHttpServer.Response("200 OK", body, $"Content-Type: {type}");

        (await Run(Http("""{"url":"URL/"}"""))).GetProperty("body").GetRawText().ShouldBe(expected);
    }

    [Theory]
    [InlineData("404 Not Found", "{}", "", "answered 404")]
    [InlineData("302 Found", "{}", "", "redirects are not followed")]
    [InlineData("200 OK", "oops", ""","expect":{"json":true}""", "is not JSON")]
    [InlineData("200 OK", """{"a":"x"}""", ""","expect":{"json":{"properties":{"a":{"type":"integer"}}}}""", "is not what is expected: /a")]
    [InlineData("200 OK", @"[""\ud800""]", ""","expect":{"json":true}""", "half a surrogate pair")]
    [InlineData("200 OK", "{}", ""","expect":{"status":[201,202]}""", "answered 200")]
    public async Task An_answer_that_is_not_expected_fails_without_another_try(string status, string body, string expect, string reason)
    {
        Server.Answer = _ => RawHttpServer.Response(status, body, "Location: http://127.0.0.1/");

        var error = await Should.ThrowAsync<UnrecoverableError>(() => Run(Http($$"""{"url":"URL/x?key=1"{{expect}}}""")));

        error.Message.ShouldStartWith($"Step 'call': ");
        error.Message.ShouldContain(reason);
        error.Message.ShouldNotContain("key=1");
        Server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_expected_status_is_an_answer_like_any_other()
    {
        Server.Answer = _ => RawHttpServer.Response("404 Not Found", "none");

        (await Run(Http("""{"url":"URL/","expect":{"status":[200,404]}}"""))).GetProperty("status").GetInt32().ShouldBe(404);
    }

    [Fact]
    public async Task A_busy_service_is_asked_again_when_it_says()
    {
        Server.Answer = _ => Server.Requests.Count < 2 ? RawHttpServer.Response("429 Too Many Requests", "", "Retry-After: 2") : RawHttpServer.Json("{}");
        var lease = await Accept(Http("""{"url":"URL/","retry":{"attempts":2,"delay":"0s","maxDelay":"1m"}}"""));

        var run = Execute(lease);
        while (Server.Requests.Count < 1) await Task.Yield();
        var began = Time.GetUtcNow();
        await Passing(run);
        (Time.GetUtcNow() - began).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(2));
        Server.Requests.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    [InlineData("Wed, 11 Feb 2015 12:00:00 GMT")]
    public async Task A_service_that_asks_for_no_wait_is_asked_again_after_the_steps_own(string asked)
    {
        Server.Answer = _ => Server.Requests.Count < 3 ? RawHttpServer.Response("429 Too Many Requests", "", $"Retry-After: {asked}") : RawHttpServer.Json("{}");
        var lease = await Accept(Http("""{"url":"URL/","retry":{"attempts":3,"delay":"2s","maxDelay":"1m"}}"""));
        var began = Time.GetUtcNow();

        await Passing(Execute(lease));

        (Time.GetUtcNow() - began).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(6));
    }

    [Theory]
    [InlineData("Müller")]
    [InlineData("tab\u0001")]
    [InlineData("😀")]
    [InlineData("two\nlines")]
    public async Task A_header_that_cannot_be_sent_is_named_without_its_value(string value)
    {
        var lease = await Accept(Http("""{"url":"URL/","headers":{"X-Name":"${ input.name }"}}"""), JsonSerializer.Serialize(new { name = value }));

        var error = await Should.ThrowAsync<UnrecoverableError>(() => Execute(lease));

        error.Message.ShouldSatisfyAllConditions(message => message.ShouldContain("Step 'call': header 'X-Name'"), message => message.ShouldNotContain(value));
        (await Store.ListStepsAsync(lease.Run.Id)).ShouldHaveSingleItem().Attempts.ShouldBe(1);
        Server.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Host")]
    [InlineData("host")]
    [InlineData("Content-Length")]
    [InlineData("Transfer-Encoding")]
    [InlineData("Connection")]
    public async Task A_header_that_says_where_a_request_goes_or_ends_is_refused(string name) =>
        (await Refused(Http($$"""{"url":"URL/","headers":{"{{name}}":"inner.test"} }"""))).ShouldHaveSingleItem().Key.ShouldBe($"/steps/0/headers/{name}");

    [Theory]
    [InlineData("text/plain; charset=iso-8859-1", "ISO-8859-1", "größe", false)]
    [InlineData("text/plain; charset=\"windows-1252\"", "windows-1252", "10 €", false)]
    [InlineData("text/plain; charset=Shift_JIS", "shift_jis", "日本", false)]
    [InlineData("text/plain; charset=utf8", "utf-8", "größe", false)]
    [InlineData("text/plain", "utf-8", "größe", true)]
    [InlineData("text/plain", "utf-16", "größe", true)]
    [InlineData("text/plain; charset=iso-8859-1", "utf-8", "größe", true)]
    [InlineData("application/json", "utf-8", "[1]", true)]
    [InlineData("application/json", "utf-16", "[1]", true)]
    [InlineData("application/json", "utf-32", "[1]", true)]
    public async Task A_text_is_read_as_what_it_says_it_is(string type, string charset, string text, bool marked)
    {
        var encoding = System.Text.CodePagesEncodingProvider.Instance.GetEncoding(charset) ?? System.Text.Encoding.GetEncoding(charset);
        Server.Answer = _ => RawHttpServer.Response("200 OK", [.. marked ? encoding.GetPreamble() : [], .. encoding.GetBytes(text)], $"Content-Type: {type}");

        (await Run(Http("""{"url":"URL/"}"""))).GetProperty("body").ToString().ShouldBe(text);
    }

    [Theory]
    [InlineData("text/plain", "no text in utf-8 (byte 1 begins with 0xf6)")]
    [InlineData("application/json; charset=utf-8", "no text in utf-8")]
    [InlineData("text/plain; charset=klingon", "its charset 'klingon' is not known")]
    [InlineData("text/plain; charset=utf-7", "its charset 'utf-7' is not known")]
    public async Task A_text_that_cannot_be_read_as_it_is_fails_the_step(string type, string reason)
    {
        Server.Answer = _ => RawHttpServer.Response("200 OK", [(byte)'g', 0xF6, (byte)'n'], $"Content-Type: {type}");

        (await Should.ThrowAsync<UnrecoverableError>(() => Run(Http("""{"url":"URL/"}""")))).Message.ShouldContain(reason);
        Server.Requests.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("9007199254740993")]
    [InlineData("1e400")]
    [InlineData("-0.0")]
    [InlineData("0.1000000000000000055511151231257827")]
    [InlineData("123456789012345678901234567890")]
    public async Task A_number_is_kept_as_it_is_written(string number)
    {
        Secrets["api"] = Key;
        Server.Answer = _ => RawHttpServer.Response("200 OK", $$"""{"n":{{number}}}""", "Content-Type: application/json");
        var lease = await Accept(Http("""{"url":"URL/","headers":{"X":"${secrets.api}"}}"""));

        await Execute(lease);

        (await Store.ListStepsAsync(lease.Run.Id)).ShouldHaveSingleItem().Output!.ShouldContain($$"""{"n":{{number}}}""");
    }

    [Theory]
    [InlineData("""{"a":1,"a":2}""", "")]
    [InlineData("""[{"b":{"a":1,"\u0061":2} }]""", "")]
    [InlineData("""{"a":1,"a":2}""", ""","expect":{"json":true}""")]
    [InlineData("DEEP", "")]
    [InlineData("DEEP", ""","expect":{"json":true}""")]
    public async Task JSON_of_which_not_all_can_be_kept_is_refused(string body, string expect)
    {
        Server.Answer = _ => RawHttpServer.Response("200 OK", body.Replace("DEEP", $"{new string('[', 60)}{new string(']', 60)}", StringComparison.Ordinal), "Content-Type: application/json");

        (await Should.ThrowAsync<UnrecoverableError>(() => Run(Http($$"""{"url":"URL/"{{expect}}}""")))).Message.ShouldContain("JSON of which not all can be kept");
        Server.Requests.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("""{"n":"\ud83d"}""")]
    [InlineData("""{"\ude00":1,"n":2}""")]
    public async Task JSON_with_half_a_surrogate_pair_is_refused(string body)
    {
        Server.Answer = _ => RawHttpServer.Response("200 OK", body, "Content-Type: application/json");

        (await Should.ThrowAsync<UnrecoverableError>(() => Run(Http("""{"url":"URL/"}""")))).Message.ShouldContain("half a surrogate pair");
        Server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task JSON_as_deep_as_is_taken_comes_through_all_that_a_run_puts_around_it()
    {
        var deep = $"{new string('[', 48)}{new string(']', 48)}";
        Server.Answer = _ => RawHttpServer.Response("200 OK", deep, "Content-Type: application/json");
        var call = Http("""{"url":"URL/"}""");

        var output = await Run(call.Replace("\"${steps.call}\"", """{"a":{"b":["${steps.call.body}"]}}""", StringComparison.Ordinal));

        output.GetRawText().ShouldBe($$$"""{"a":{"b":[{{{deep}}}]}}""");
    }

    [Theory]
    [InlineData("HEAD", "200 OK", "")]
    [InlineData("GET", "204 No Content", "")]
    [InlineData("GET", "304 Not Modified", ""","expect":{"status":304}""")]
    public async Task An_answer_without_a_body_is_one_whatever_its_headers_tell_of_a_body(string method, string status, string expect)
    {
        Reach.MaxResponseBytes = 10;
        Server.Answer = _ => RawHttpServer.Head(status, "Content-Length: 5000", "Content-Type: application/json; charset=klingon", "Content-Encoding: gzip", "ETag: \"1\"");

        var output = await Run(Http($$"""{"url":"URL/","method":"{{method}}"{{expect}}}"""));

        output.GetProperty("body").ValueKind.ShouldBe(JsonValueKind.Null);
        output.GetProperty("headers").GetProperty("etag").GetString().ShouldBe("\"1\"");
    }

    [Fact]
    public async Task An_answer_that_nothing_has_changed_is_no_redirect()
    {
        Server.Answer = _ => RawHttpServer.Head("304 Not Modified");

        (await Should.ThrowAsync<UnrecoverableError>(() => Run(Http("""{"url":"URL/"}""")))).Message.ShouldSatisfyAllConditions(
            message => message.ShouldContain("expect.status"), message => message.ShouldNotContain("redirect"));
    }

    [Fact]
    public async Task JSON_cannot_be_expected_of_HEAD() =>
        (await Refused(Http("""{"url":"URL/","method":"HEAD","expect":{"json":true}}"""))).ShouldHaveSingleItem().Key.ShouldBe("/steps/0/expect");

    [Theory]
    [InlineData("422 Unprocessable Content")]
    [InlineData("500 Internal Server Error")]
    public async Task A_refusal_has_the_services_own_words_shortened_and_without_the_secret(string status)
    {
        Secrets["api"] = Key;
        Server.Answer = _ => RawHttpServer.Response(status, $"no such\norder for {Key}: {new string('x', 5000)}");

        var error = await Should.ThrowAsync<Exception>(() => Run(Http("""{"url":"URL/","headers":{"X":"${secrets.api}"}}""")));

        error.Message.ShouldContain($"answered {status} (no such order for ***: xxx");
        error.Message.Length.ShouldBeLessThan(500);
        ShouldHoldNoSecret(error.ToString());
    }

    [Theory]
    [InlineData("http://127.0.0.1:PORT/")]
    [InlineData("http://[::ffff:127.0.0.1]:PORT/")]
    [InlineData("http://localhost:PORT/")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://168.63.129.16/machine")]
    [InlineData("http://[::ffff:a83f:8110]/machine")]
    public async Task A_private_address_is_not_reached(string url)
    {
        Reach.AllowPrivateAddresses = false;

        var error = await Should.ThrowAsync<UnrecoverableError>(() => Run(Http($$"""{"url":"{{url.Replace("PORT", $"{Server.Port}", StringComparison.Ordinal)}}"}""")));

        error.Message.ShouldContain("no public address");
        error.Message.ShouldContain("Definitions:Http:AllowPrivateAddresses");
        Server.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_answer_that_is_too_large_is_not_read()
    {
        Reach.MaxResponseBytes = 10;
        Server.Answer = _ => RawHttpServer.Json("[1,2,3,4,5,6,7,8]");

        (await Should.ThrowAsync<UnrecoverableError>(() => Run(Http("""{"url":"URL/"}""")))).Message.ShouldContain("more than 10 bytes");
    }

    [Fact]
    public async Task A_secret_is_sent_and_leaves_no_trace()
    {
        Secrets["api"] = Key;
        // A service that gives back all it was sent.
        Server.Answer = request => RawHttpServer.Response("200 OK", JsonSerializer.Serialize(new { request }), "Content-Type: application/json", $"X-Echo: {Key}");
        var lease = await Accept(Http("""{"url":"URL/?key=${secrets.api}","headers":{"Authorization":"Bearer ${secrets.api}","X-Key":{"secret":"api"}}}"""));

        var output = await Execute(lease);

        var request = Server.Requests.ShouldHaveSingleItem();
        request.ShouldContain($"Authorization: Bearer {Key}");
        request.ShouldContain($"X-Key: {Key}");
        output.ShouldContain("***");
        ShouldHoldNoSecret(output);
        foreach (var step in await Store.ListStepsAsync(lease.Run.Id)) ShouldHoldNoSecret($"{step.Output}{step.Error}");
    }

    [Fact]
    public async Task A_secret_is_not_in_errors_and_logs()
    {
        Secrets["host"] = "no-such-host-s3cr3t.invalid";
        var lease = await Accept(Http("""{"url":"http://${secrets.host}/"}"""));

        var error = await Should.ThrowAsync<Exception>(() => Engine.ExecuteAsync(lease));

        error.ToString().ShouldNotContain("s3cr3t");
        (await Store.ListStepsAsync(lease.Run.Id)).ShouldHaveSingleItem().Error!.ShouldNotContain("s3cr3t");
        foreach (var record in Services.GetFakeLogCollector().GetSnapshot()) $"{record.Message}{record.Exception}".ShouldNotContain("s3cr3t");
    }

    [Fact]
    public async Task A_secret_that_is_not_configured_is_named()
    {
        var error = await Should.ThrowAsync<UnrecoverableError>(() => Run(Http("""{"url":"URL/","headers":{"X":"${secrets.nope}"}}""")));

        error.Message.ShouldContain($"Secrets:{Tenant}:nope");
        Server.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(" key")]
    [InlineData("key\n")]
    [InlineData("")]
    public async Task A_secret_that_would_not_arrive_as_it_is_is_refused_by_its_name(string value)
    {
        Secrets["api"] = value;

        var error = await Should.ThrowAsync<UnrecoverableError>(() => Run(Http("""{"url":"URL/","headers":{"X":"Bearer ${secrets.api}"}}""")));

        error.Message.ShouldStartWith("Step 'call': the secret 'api' ");
        Server.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_secret_of_one_letter_leaves_the_words_whole()
    {
        Secrets["api"] = "n";
        Server.Answer = _ => RawHttpServer.Response("404 Not Found", "Unknown name n");

        (await Should.ThrowAsync<UnrecoverableError>(() => Run(Http("""{"url":"URL/","headers":{"X":"${secrets.api}"}}""")))).Message
            .ShouldEndWith("answered 404 Not Found (Unknown name ***), which the step doesn't expect; another try would get the same.");
    }

    [Fact]
    public async Task A_number_that_merely_has_a_short_secrets_digits_stays_a_number()
    {
        Secrets["api"] = "7";
        Server.Answer = _ => RawHttpServer.Response("200 OK", """{"count":7}""", "Content-Type: application/json");

        (await Run(Http("""{"url":"URL/","headers":{"X":"${secrets.api}"}}"""))).GetProperty("body").GetRawText().ShouldBe("""{"count":7}""");
    }

    private static void ShouldHoldNoSecret(string text)
    {
        foreach (var form in new[] { Key, Uri.EscapeDataString(Key), JsonSerializer.Serialize(Key)[1..^1], "s3cr" }) text.ShouldNotContain(form);
    }

    private async Task<string> Passing(Task<string> run)
    {
        while (!run.IsCompleted)
        {
            Time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(1);
        }

        return await run;
    }

    private string Http(string step) => Workflow($$"""{"id":"call","type":"http",{{step.Replace("URL", Url, StringComparison.Ordinal)[1..]}}""", "\"${steps.call}\"");
}
