using System.Net;
using System.Text.Json;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Evaluator.Schemas;
using WorkflowAspire.Workflows.Definitions.Secrets;
using WorkflowAspire.Workflows.Definitions.Validation;
using WorkflowAspire.Workflows.Http;

namespace WorkflowAspire.Workflows.Definitions.Http;

/// <summary>Reads answers: as they are, or not at all.</summary>
internal static class HttpAnswers
{
    // So deep that what a run puts around it still fits into the 64 levels that a checkpoint may have.
    private const int MaxDepth = 48;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    /// <summary>The text of an answer; empty where it has none.</summary>
    public static async Task<string> ReadAsync(HttpResponseMessage response, int maxBytes, string what, CancellationToken ct)
    {
        // Its headers tell of a body that isn't sent.
        if (response.RequestMessage?.Method == HttpMethod.Head || response.StatusCode is HttpStatusCode.NoContent or HttpStatusCode.NotModified) return "";
        UnrecoverableError TooLarge() => new($"{what} has more than {maxBytes} bytes; raise Definitions:Http:MaxResponseBytes if that is meant to be read.");
        if (response.Content.Headers.ContentLength > maxBytes) throw TooLarge();
        var stream = await response.Content.ReadAsStreamAsync(ct).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int read; (read = await stream.ReadAsync(buffer, ct).ConfigureAwait(false)) > 0;)
        {
            if (body.Length + read > maxBytes) throw TooLarge();
            body.Write(buffer, 0, read);
        }

        try
        {
            return AnswerText.Read(body.GetBuffer().AsSpan(0, (int)body.Length), response.Content.Headers.ContentType);
        }
        catch (FormatException error)
        {
            throw new UnrecoverableError($"{what} can't be read: {error.Message}, which its content type ({response.Content.Headers.ContentType?.ToString() ?? "none"}) should say.", error);
        }
    }

    /// <summary>The body: JSON where it is some, else text; null where there is none.</summary>
    public static JsonElement? Body(string text, HttpResponseMessage response, HttpCall call, string shown)
    {
        var type = response.Content.Headers.ContentType?.MediaType ?? "";
        JsonElement? json = null;
        if (call.Expected.Json || type.Contains("json", StringComparison.OrdinalIgnoreCase))
        {
            try
            {
                if (text.Length > 0 || call.Expected.Json) json = JsonElement.Parse(text, Strict);
            }
            catch (JsonException error) when (IsJson(text))
            {
                throw new UnrecoverableError($"Step '{call.Step}': the answer to {shown} is JSON of which not all can be kept (at most {MaxDepth} levels, each property once): {error.Message}", error);
            }
            // A name that is no text can't be compared with the others.
            catch (InvalidOperationException error)
            {
                throw new UnrecoverableError($"Step '{call.Step}': the answer to {shown} is JSON of which a property's name holds half a surrogate pair, which is no text.", error);
            }
            catch (JsonException error) when (call.Expected.Json)
            {
                throw new UnrecoverableError($"Step '{call.Step}': the answer to {shown} is not JSON (content type {(type.Length > 0 ? type : "none")}): {error.Message}", error);
            }
            catch (JsonException)
            {
                // The type lies, and nobody asked for JSON: it is kept as the text that it is.
            }
        }

        if (json is { } found)
        {
            var errors = new Faults();
            BrokenText.Check(found, "", errors);
            if (errors.Any) throw new UnrecoverableError($"Step '{call.Step}': the answer to {shown} is not what is expected: {errors}");
        }

        return json ?? (text.Length == 0 ? null : JsonSerializer.SerializeToElement(text));
    }

    /// <summary>The headers by lower-case name; a cookie is a secret between two parties of which the run is none.</summary>
    public static Dictionary<string, string> Headers(HttpResponseMessage response, ResolvedSecrets secrets) => response.Headers.Concat(response.Content.Headers)
        .Where(header => !header.Key.Equals("Set-Cookie", StringComparison.OrdinalIgnoreCase))
        .GroupBy(header => header.Key.ToLowerInvariant(), header => header.Value)
        .ToDictionary(header => header.Key, header => secrets.Redact(string.Join(", ", header.SelectMany(values => values))));

    private static bool IsJson(string text)
    {
        try
        {
            JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = int.MaxValue }).Dispose();
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
