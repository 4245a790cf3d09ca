using System.Collections.Frozen;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using WorkflowAspire.BullMQ;

namespace WorkflowAspire.Workflows.Definitions.Http;

/// <summary>Makes requests.</summary>
internal static class HttpRequests
{
    private const string IdempotencyKey = "Idempotency-Key";

    // They say where a request goes and where it ends: who sets them can have it taken for another, or for two.
    private static readonly FrozenSet<string> Reserved = new[]
    {
        "Host", "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authorization", "TE", "Trailer", "Upgrade", "Expect",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Why a header can't be set; null where it can.</summary>
    public static string? RefuseHeader(string name) => Reserved.Contains(name) ? $"The header '{name}' is the connection's own and can't be set; remove it." : null;

    public static HttpRequestMessage Create(HttpCall call, Uri url)
    {
        var request = new HttpRequestMessage(call.Method, url) { Content = Content(call.Body) };
        foreach (var (name, value) in call.Headers)
        {
            if (RefuseHeader(name) is { } refusal) throw new UnrecoverableError($"Step '{call.Step}': {refusal}");
            if (value.AsSpan().ContainsAny('\r', '\n', '\0'))
                throw new UnrecoverableError($"Step '{call.Step}': header '{name}' holds a line break; a header is one line.");
            if (value.Any(character => character is not ('\t' or (>= ' ' and <= '~'))))
                throw new UnrecoverableError($"Step '{call.Step}': header '{name}' holds a character that no header can carry (only ASCII); encode its value, for example with encodeURIComponent.");
            if (name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase))
            {
                if (request.Content is not null) request.Content.Headers.ContentType = MediaTypeHeaderValue.TryParse(value, out var type)
                    ? type
                    : throw new UnrecoverableError($"Step '{call.Step}': the header Content-Type is no media type; write it like application/json.");
            }
            else if (!request.Headers.TryAddWithoutValidation(name, value) && request.Content?.Headers.TryAddWithoutValidation(name, value) != true)
            {
                throw new UnrecoverableError($"Step '{call.Step}': '{name}' can't be sent as a header of this request.");
            }
        }

        // A crash between the call and its checkpoint repeats it; a service that knows the key does it once.
        if (call.Method.Method is "POST" or "PATCH" && !request.Headers.Contains(IdempotencyKey)) request.Headers.TryAddWithoutValidation(IdempotencyKey, call.IdempotencyKey);
        return request;
    }

    private static StringContent? Content(JsonElement? body) => body switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => new StringContent(text.GetString()!, Encoding.UTF8, "text/plain"),
        { } json => new StringContent(json.GetRawText(), Encoding.UTF8, "application/json"),
    };
}
