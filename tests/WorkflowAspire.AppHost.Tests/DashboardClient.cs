using System.Net.Http.Json;
using System.Text.Json;
using System.Web;

namespace WorkflowAspire.AppHost.Tests;

/// <summary>The API of Aspire's dashboard, through which <c>aspire otel</c> reads too.</summary>
internal sealed class DashboardClient : IDisposable
{
    private readonly HttpClient _http;

    private DashboardClient(HttpClient http) => _http = http;

    /// <summary>Trades the token of the login link for a key.</summary>
    public static async Task<DashboardClient> LogInAsync(Uri login)
    {
        var http = new HttpClient { BaseAddress = new Uri(login.GetLeftPart(UriPartial.Authority)) };
        var answer = await http.PostAsJsonAsync("/api/telemetry/validateToken", new { token = HttpUtility.ParseQueryString(login.Query)["t"] });
        answer.EnsureSuccessStatusCode();
        http.DefaultRequestHeaders.Add("x-api-key", (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("apiKey").GetString());
        return new DashboardClient(http);
    }

    /// <summary>All spans of the trace in which a run was executed; none while the dashboard hasn't got it.</summary>
    public async Task<IReadOnlyList<Span>> TraceOfAsync(Guid runId)
    {
        var found = Spans(await GetAsync($"/api/telemetry/spans?search={runId}"));
        return found.Count == 0 ? [] : Spans(await GetAsync($"/api/telemetry/traces/{found[0].TraceId}"));
    }

    /// <summary>Every span of whatever trace.</summary>
    public async Task<IReadOnlyList<Span>> AllAsync() => Spans(await GetAsync("/api/telemetry/spans?limit=1000"));

    public Task<IReadOnlyList<LogLine>> LogsAsync(string traceId) => LogsOfAsync($"traceId={traceId}");

    /// <summary>Lines of level warning and above, of whatever service.</summary>
    public Task<IReadOnlyList<LogLine>> WarningsAsync() => LogsOfAsync("severity=warning");

    public void Dispose() => _http.Dispose();

    private async Task<IReadOnlyList<LogLine>> LogsOfAsync(string query) =>
    [
        .. from line in Records(await GetAsync($"/api/telemetry/logs?{query}"), "resourceLogs", "scopeLogs", "logRecords")
           select new LogLine(
               line.Record.GetProperty("body").GetProperty("stringValue").GetString()!,
               line.Record.GetProperty("attributes").EnumerateArray().ToDictionary(
                   attribute => attribute.GetProperty("key").GetString()!, attribute => attribute.GetProperty("value").GetProperty("stringValue").GetString()!)),
    ];

    private static IReadOnlyList<Span> Spans(JsonElement answer) =>
    [
        .. from span in Records(answer, "resourceSpans", "scopeSpans", "spans")
           select new Span(
               span.Record.GetProperty("traceId").GetString()!,
               span.Record.GetProperty("spanId").GetString()!,
               span.Record.TryGetProperty("parentSpanId", out var parent) ? parent.GetString()! : "",
               span.Record.GetProperty("name").GetString()!,
               span.Resource),
    ];

    private static IEnumerable<(string Resource, JsonElement Record)> Records(JsonElement answer, string resources, string scopes, string records) =>
        from resource in answer.GetProperty("data").GetProperty(resources).EnumerateArray()
        let name = resource.GetProperty("resource").GetProperty("attributes").EnumerateArray()
            .First(attribute => attribute.GetProperty("key").GetString() == "service.name").GetProperty("value").GetProperty("stringValue").GetString()!
        from scope in resource.GetProperty(scopes).EnumerateArray()
        from record in scope.GetProperty(records).EnumerateArray()
        select (name, record);

    private Task<JsonElement> GetAsync(string path) => _http.GetFromJsonAsync<JsonElement>(path);
}

/// <param name="TraceId">Its trace.</param>
/// <param name="Id">Itself.</param>
/// <param name="ParentId">What it stands below; empty for a root.</param>
/// <param name="Name">What was done.</param>
/// <param name="Resource">Who did it.</param>
internal sealed record Span(string TraceId, string Id, string ParentId, string Name, string Resource);

/// <param name="Body">The message.</param>
/// <param name="Attributes">What belongs to it.</param>
internal sealed record LogLine(string Body, IReadOnlyDictionary<string, string> Attributes);
