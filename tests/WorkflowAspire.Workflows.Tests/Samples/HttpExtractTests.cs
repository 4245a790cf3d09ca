using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Samples.HttpExtract;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Workflows.Tests.Samples;

/// <summary>What http-extract does with an answer; a local server stands for the internet, so private addresses are allowed.</summary>
public class HttpExtractTests : SampleSpecification
{
    private readonly RawHttpServer _server = new();

    private string Url => $"http://127.0.0.1:{_server.Port}/data.json?key=s3cret";

    [Fact]
    public async Task Fields_are_what_their_pointers_point_at()
    {
        _server.Answer = _ => RawHttpServer.Json("""{"items":[{"name":"first"},{"name":"second"}],"a/b":1,"m~n":2,"":3,"nothing":null,"deep":{"list":[1,[2,3]]},"ключ":"значение"}""");

        var output = await Extract(new()
        {
            ["second"] = "/items/1/name",
            ["slash"] = "/a~1b",
            ["tilde"] = "/m~0n",
            ["empty"] = "/",
            ["list"] = "/deep/list/1",
            ["cyrillic"] = "/ключ",
            ["null"] = "/nothing",
            ["no such name"] = "/items/0/title",
            ["no such index"] = "/items/2",
            ["beyond a value"] = "/a~1b/0",
            ["leading zero"] = "/items/01",
        });

        output.GetRawText().ShouldBe(
            """{"status":200,"fields":{"second":"second","slash":1,"tilde":2,"empty":3,"list":[2,3],"cyrillic":"значение","null":null,"no such name":null,"no such index":null,"beyond a value":null,"leading zero":null},"missing":["no such name","no such index","beyond a value","leading zero"]}""");
    }

    [Fact]
    public async Task An_empty_pointer_is_the_whole_document()
    {
        _server.Answer = _ => RawHttpServer.Json("[1,2]");

        (await Extract(new() { ["all"] = "" })).GetProperty("fields").GetProperty("all").GetRawText().ShouldBe("[1,2]");
    }

    [Theory]
    [InlineData("items/0")]
    [InlineData("/a~2b")]
    [InlineData("#/items/0")]
    [InlineData("$.items[0]")]
    public async Task What_is_no_pointer_is_refused_before_anything_is_fetched(string text)
    {
        (await Refused(() => Extract(new() { ["name"] = text }))).Message.ShouldContain($"Field 'name': '{text}' is not a JSON pointer");

        _server.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task At_least_one_field_is_asked_for() => (await Refused(() => Extract([]))).Message.ShouldContain("'fields' is empty");

    [Theory]
    [InlineData("data.json", "absolute address")]
    [InlineData("ftp://example.org/data.json", "'ftp'")]
    [InlineData("file:///etc/passwd", "absolute address")]
    [InlineData("https://ada:s3cret@example.org/", "user name or password")]
    public async Task An_address_that_is_not_fetched_is_refused(string url, string reason)
    {
        var error = await Refused(() => Run("http-extract", new { url, fields = new { a = "/a" } }));

        error.Message.ShouldContain(reason);
        error.Message.ShouldNotContain("s3cret");
    }

    [Theory]
    [InlineData("404 Not Found")]
    [InlineData("401 Unauthorized")]
    [InlineData("410 Gone")]
    [InlineData("304 Not Modified")]
    public async Task A_status_that_will_not_change_is_not_tried_again(string status)
    {
        _server.Answer = _ => RawHttpServer.Response(status);

        (await Refused(() => Extract())).Message.ShouldContain($"http://127.0.0.1:{_server.Port}/data.json answered {status}");

        _server.Requests.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("429 Too Many Requests", "Retry-After: 0")]
    [InlineData("503 Service Unavailable", "Retry-After: 0")]
    [InlineData("503 Service Unavailable", "Retry-After: Wed, 11 Feb 2026 11:00:00 GMT")]
    public async Task A_busy_server_is_asked_again_when_it_said(string status, string header)
    {
        _server.Answer = _ => _server.Requests.Count < 3 ? RawHttpServer.Response(status, "", header) : RawHttpServer.Json("""{"a":1}""");

        (await Extract()).GetProperty("status").GetInt32().ShouldBe(200);

        _server.Requests.Count.ShouldBe(3);
    }

    [Theory]
    [InlineData("429 Too Many Requests", "Retry-After: 17", 17)]
    [InlineData("503 Service Unavailable", "Retry-After: Wed, 11 Feb 2026 12:01:00 GMT", 60)]
    [InlineData("503 Service Unavailable", "X-None: 1", null)]
    [InlineData("500 Internal Server Error", "X-None: 1", null)]
    [InlineData("408 Request Timeout", "X-None: 1", null)]
    public async Task A_failure_that_passes_tells_how_long_to_wait(string status, string header, int? seconds)
    {
        _server.Answer = _ => RawHttpServer.Response(status, "", header);

        var error = await Should.ThrowAsync<TransientStepException>(() => Fetch());

        error.RetryAfter.ShouldBe(seconds is { } wait ? TimeSpan.FromSeconds(wait) : null);
        error.Message.ShouldContain(status);
    }

    [Theory]
    [InlineData("<html>Not today</html>")]
    [InlineData("")]
    [InlineData("""{"a":1} trailing""")]
    public async Task An_answer_that_is_no_JSON_is_named_so(string body)
    {
        _server.Answer = _ => RawHttpServer.Response("200 OK", body, "Content-Type: text/html");

        var error = await Refused(() => Extract());

        error.Message.ShouldContain("is not JSON");
        error.Message.ShouldContain("text/html");
    }

    [Fact]
    public async Task A_byte_order_mark_is_no_obstacle()
    {
        _server.Answer = _ => RawHttpServer.Json("\uFEFF{\"a\":1}");

        (await Extract()).GetProperty("fields").GetProperty("a").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task An_answer_that_says_it_is_too_large_is_not_read()
    {
        _server.Answer = _ => Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n");

        (await Refused(() => Extract())).Message.ShouldContain("more than 2000 bytes");
    }

    [Fact]
    public async Task An_answer_that_turns_out_too_large_is_cut()
    {
        _server.Answer = _ => Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n\"{new string('x', 3000)}\"");

        (await Refused(() => Extract())).Message.ShouldContain("HttpExtract:MaxResponseBytes");
    }

    [Fact]
    public async Task An_answer_that_is_small_only_while_compressed_is_cut()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true)) gzip.Write(Encoding.ASCII.GetBytes($"\"{new string('x', 1_000_000)}\""));
        packed.Length.ShouldBeLessThan(2000);
        _server.Answer = _ => [.. Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {packed.Length}\r\nConnection: close\r\n\r\n"), .. packed.ToArray()];

        (await Refused(() => Extract())).Message.ShouldContain("more than 2000 bytes");
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"a\":")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":")]
    public async Task An_answer_that_breaks_off_passes(string answer)
    {
        _server.Answer = _ => Encoding.ASCII.GetBytes(answer);

        (await Should.ThrowAsync<TransientStepException>(() => Fetch())).Message.ShouldContain("broke off");
    }

    [Fact]
    public async Task Redirects_are_followed_but_not_for_ever()
    {
        _server.Answer = request => request.StartsWith("GET /data.json", StringComparison.Ordinal) ? RawHttpServer.Response("302 Found", "", "Location: /there") : RawHttpServer.Json("""{"a":1}""");
        (await Extract()).GetProperty("fields").GetProperty("a").GetInt32().ShouldBe(1);
        _server.Requests.Clear();
        _server.Answer = _ => RawHttpServer.Response("302 Found", "", "Location: /data.json");

        (await Refused(() => Extract())).Message.ShouldContain("redirects too often");

        _server.Requests.Count.ShouldBe(6);
    }

    [Fact]
    public async Task A_key_in_the_query_is_sent_and_appears_nowhere_else()
    {
        _server.Answer = _ => RawHttpServer.Response("404 Not Found");
        var lease = await Claim(await AcceptRun(workflow: "http-extract", input: JsonSerializer.Serialize(new { url = Url, fields = new { a = "/a" } })));

        var error = await Refused(() => Engine.ExecuteAsync(lease));

        _server.Requests.ShouldHaveSingleItem().ShouldContain("key=s3cret");
        error.ToString().ShouldNotContain("s3cret");
        Services.GetFakeLogCollector().GetSnapshot().ShouldNotContain(record => record.Message.Contains("s3cret"));
        (await Store.ListStepsAsync(lease.Run.Id)).ShouldAllBe(step => !step.Error!.Contains("s3cret"));
    }

    [Fact]
    public async Task An_answer_is_fetched_once_however_often_the_run_is_tried()
    {
        _server.Answer = _ => RawHttpServer.Json("""{"a":1}""");
        var lease = await Claim(await AcceptRun(workflow: "http-extract", input: JsonSerializer.Serialize(new { url = Url, fields = new { a = "/a", b = "/b" } })));
        var first = await Engine.ExecuteAsync(lease);
        await Store.ReturnToPendingAsync(lease, "again");

        (await Engine.ExecuteAsync(await Claim(lease.Run))).ShouldBe(first);

        _server.Requests.Count.ShouldBe(1);
        (await Store.ListStepsAsync(lease.Run.Id)).Select(step => (step.Name, step.Status)).ShouldBe([("fetch", StepStatus.Completed), ("extract", StepStatus.Completed)]);
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _server.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Configure(IServiceCollection services)
    {
        base.Configure(services);
        services.Configure<HttpExtractOptions>(options => (options.AllowPrivateAddresses, options.MaxResponseBytes) = (true, 2000));
    }

    private Task<JsonElement> Extract(Dictionary<string, string>? fields = null) => Run("http-extract", new { url = Url, fields = fields ?? new() { ["a"] = "/a" } });

    private Task<JsonAnswer> Fetch() => new JsonFetch(Services.GetRequiredService<PublicHttpClient>(), 2000, Time).GetAsync(new Uri(Url), TestContext.Current.CancellationToken);

    private static Task<UnrecoverableError> Refused(Func<Task> work) => Should.ThrowAsync<UnrecoverableError>(work);
}
