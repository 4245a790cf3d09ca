using System.Net;
using System.Text.Json;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Llm.Connections;

namespace WorkflowAspire.Workflows.Llm.Providers;

/// <summary>Turns what isn't an answer into a failure that says whether to try again, the same for every provider.</summary>
internal sealed class ProviderRefusals(string? key, TimeProvider time) : DelegatingHandler
{
    private const int LongestBody = 64 * 1024;
    private const int LongestReason = 300;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage response;
        try
        {
            response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        // A connection that may not be made, which would be taken for one that can't.
        catch (HttpRequestException error) when (error.InnerException is UnrecoverableError refusal)
        {
            throw ModelFailure.Final($"no connection: {refusal.Message.TrimEnd('.')}");
        }
        catch (HttpRequestException error)
        {
            var what = error.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError
                ? "no connection"
                : "the connection broke off";
            throw ModelFailure.Passing($"{what}: {error.Message}", error);
        }

        if (response.IsSuccessStatusCode) return response;
        using (response) throw Describe(response, await ReasonAsync(response, cancellationToken).ConfigureAwait(false));
    }

    private ModelFailure Describe(HttpResponseMessage response, string reason)
    {
        var answer = $"{(int)response.StatusCode} {response.ReasonPhrase}: {reason}";
        return response.StatusCode switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => ModelFailure.Final($"the connection's key was refused, {answer}"),
            HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError =>
                ModelFailure.Passing($"answered {answer}", retryAfter: RetryAfter(response)),
            HttpStatusCode.Conflict => ModelFailure.Passing($"answered {answer}"),
            < HttpStatusCode.BadRequest => ModelFailure.Final($"redirects ({(int)response.StatusCode}), which isn't followed; use the final address as Endpoint"),
            _ => ModelFailure.Final($"answered {answer}"),
        };
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - time.GetUtcNow(),
        _ => null,
    };

    private async Task<string> ReasonAsync(HttpResponseMessage response, CancellationToken ct)
    {
        string body;
        try
        {
            body = await ReadStartAsync(response, ct).ConfigureAwait(false);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            return "its explanation broke off";
        }

        // Before it is shortened: half a key isn't recognised.
        var reason = KeyRedaction.Redact((ErrorIn(body) ?? body).ReplaceLineEndings(" ").Trim(), key);
        if (reason.Length == 0) return "it gave no reason";
        return reason.Length <= LongestReason ? reason : $"{reason[..LongestReason]}…";
    }

    private static async Task<string> ReadStartAsync(HttpResponseMessage response, CancellationToken ct)
    {
        var stream = await response.Content.ReadAsStreamAsync(ct).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        var buffer = new byte[LongestBody];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct).ConfigureAwait(false);
        return System.Text.Encoding.UTF8.GetString(buffer.AsSpan(0, length));
    }

    // OpenAI: {"error":{"message":"…"}}; Ollama: {"error":"…"}.
    private static string? ErrorIn(string body)
    {
        try
        {
            var json = JsonElement.Parse(body);
            if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty("error", out var error)) return null;
            if (error.ValueKind == JsonValueKind.Object && error.TryGetProperty("message", out var message)) error = message;
            return error.ValueKind == JsonValueKind.String ? error.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
