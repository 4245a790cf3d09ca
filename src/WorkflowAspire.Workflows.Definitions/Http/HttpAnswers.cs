using System.Text;
using System.Text.Json;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Definitions.Secrets;
using WorkflowAspire.Evaluator.Schemas;
using WorkflowAspire.Workflows.Definitions.Validation;

namespace WorkflowAspire.Workflows.Definitions.Http;

/// <summary>Reads answers.</summary>
internal static class HttpAnswers
{
    public static async Task<string> ReadAsync(HttpResponseMessage response, int maxBytes, string what, CancellationToken ct)
    {
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

        body.Position = 0;
        using var text = new StreamReader(body, Charset(response), detectEncodingFromByteOrderMarks: true);
        return await text.ReadToEndAsync(ct).ConfigureAwait(false);
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
                if (text.Length > 0 || call.Expected.Json) json = JsonElement.Parse(text);
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

    private static Encoding Charset(HttpResponseMessage response)
    {
        try
        {
            return response.Content.Headers.ContentType?.CharSet?.Trim('"') is { Length: > 0 } name ? Encoding.GetEncoding(name) : Encoding.UTF8;
        }
        catch (ArgumentException)
        {
            return Encoding.UTF8;
        }
    }
}
