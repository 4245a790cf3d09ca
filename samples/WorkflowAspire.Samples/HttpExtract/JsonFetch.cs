using System.Net;
using System.Text.Json;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows;
using WorkflowAspire.Workflows.Http;

namespace WorkflowAspire.Samples.HttpExtract;

/// <summary>Gets one JSON document, and says which failures pass.</summary>
internal sealed class JsonFetch(PublicHttpClient client, int maxBytes, TimeProvider time)
{
    public async Task<JsonAnswer> GetAsync(Uri url, CancellationToken ct)
    {
        try
        {
            using var response = await client.GetAsync(url, ct).ConfigureAwait(false);
            ThrowUnlessSuccess(response, url);
            var body = await ReadAsync(response, url, ct).ConfigureAwait(false);
            return new JsonAnswer((int)response.StatusCode, ParseJson(body, response, url));
        }
        // The connection's own refusal arrives wrapped, and would be taken for a failure that passes.
        catch (HttpRequestException error) when (error.InnerException is UnrecoverableError refusal)
        {
            throw new UnrecoverableError(refusal.Message, error);
        }
        catch (IOException error)
        {
            throw new TransientStepException($"The answer of {url.Shown()} broke off: {error.Message}", error);
        }
    }

    private void ThrowUnlessSuccess(HttpResponseMessage response, Uri url)
    {
        if (response.IsSuccessStatusCode) return;
        var answer = $"{url.Shown()} answered {(int)response.StatusCode} {response.ReasonPhrase}";
        throw response.StatusCode switch
        {
            HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError =>
                new TransientStepException($"{answer}.", RetryAfter.Of(response, time.GetUtcNow())),
            < HttpStatusCode.BadRequest => new UnrecoverableError($"{answer}: it redirects too often, to an address that isn't followed, or not at all; use the final address."),
            _ => new UnrecoverableError($"{answer}; another try would get the same."),
        };
    }

    private async Task<ReadOnlyMemory<byte>> ReadAsync(HttpResponseMessage response, Uri url, CancellationToken ct)
    {
        if (response.Content.Headers.ContentLength > maxBytes) throw TooLarge(url);
        var stream = await response.Content.ReadAsStreamAsync(ct).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int read; (read = await stream.ReadAsync(buffer, ct).ConfigureAwait(false)) > 0;)
        {
            if (body.Length + read > maxBytes) throw TooLarge(url);
            body.Write(buffer, 0, read);
        }

        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    private UnrecoverableError TooLarge(Uri url) =>
        new($"The answer of {url.Shown()} has more than {maxBytes} bytes; raise HttpExtract:MaxResponseBytes if that is meant to be read.");

    private static JsonElement ParseJson(ReadOnlyMemory<byte> body, HttpResponseMessage response, Uri url)
    {
        ReadOnlySpan<byte> byteOrderMark = [0xEF, 0xBB, 0xBF];
        if (body.Span.StartsWith(byteOrderMark)) body = body[byteOrderMark.Length..];
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.Clone();
        }
        catch (JsonException error)
        {
            var type = response.Content.Headers.ContentType?.ToString() ?? "none";
            throw new UnrecoverableError($"The answer of {url.Shown()} is not JSON in UTF-8 (content type {type}, {body.Length} bytes): {error.Message}", error);
        }
    }
}
