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
        while (!run.IsCompleted)
        {
            Time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(1);
        }

        await run;
        (Time.GetUtcNow() - began).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(2));
        Server.Requests.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("http://127.0.0.1:PORT/")]
    [InlineData("http://[::ffff:127.0.0.1]:PORT/")]
    [InlineData("http://localhost:PORT/")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
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

    private static void ShouldHoldNoSecret(string text)
    {
        foreach (var form in new[] { Key, Uri.EscapeDataString(Key), JsonSerializer.Serialize(Key)[1..^1], "s3cr" }) text.ShouldNotContain(form);
    }

    private string Http(string step) => Workflow($$"""{"id":"call","type":"http",{{step.Replace("URL", Url, StringComparison.Ordinal)[1..]}}""", "\"${steps.call}\"");
}
