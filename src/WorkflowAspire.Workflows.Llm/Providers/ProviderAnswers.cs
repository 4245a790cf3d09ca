using System.Net.Http.Headers;
using System.Text.Json;
using WorkflowAspire.Workflows.Http;

namespace WorkflowAspire.Workflows.Llm.Providers;

/// <summary>Reads answers, up to a size, in the dialect of who gives them.</summary>
/// <param name="dialect">Makes the reader of one answer, out of the model that is asked.</param>
/// <param name="maxBytes">How large an answer may be, after decompression.</param>
internal sealed class ProviderAnswers(Func<string, ProviderDialect> dialect, int maxBytes) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var (model, streams) = await AskedAsync(request, cancellationToken).ConfigureAwait(false);
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            await ReadAsync(response, dialect(model), streams, cancellationToken).ConfigureAwait(false);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private async Task ReadAsync(HttpResponseMessage response, ProviderDialect reader, bool streams, CancellationToken ct)
    {
        var type = response.Content.Headers.ContentType;
        var content = new BoundedStream(await response.Content.ReadAsStreamAsync(ct).ConfigureAwait(false), maxBytes);
        if (streams)
        {
            Replace(response, new StreamContent(new AnswerParts(Lines(content, type), reader)), reader.StreamType);
            return;
        }

        await using var _ = content.ConfigureAwait(false);
        using var body = new MemoryStream();
        await content.CopyToAsync(body, ct).ConfigureAwait(false);
        Replace(response, new ByteArrayContent(reader.Whole(Text(body, type))), "application/json");
    }

    private static StreamReader Lines(Stream content, MediaTypeHeaderValue? type)
    {
        try
        {
            return new StreamReader(content, AnswerText.Encoding(type?.CharSet is { Length: > 0 } charset ? charset.Trim('"') : "utf-8"));
        }
        catch (FormatException error)
        {
            throw ModelFailure.Final($"the answer can't be read, {error.Message}");
        }
    }

    private static string Text(MemoryStream body, MediaTypeHeaderValue? type)
    {
        try
        {
            return AnswerText.Read(body.GetBuffer().AsSpan(0, (int)body.Length), type);
        }
        catch (FormatException error)
        {
            throw ModelFailure.Passing($"the answer can't be read, {error.Message}");
        }
    }

    private static void Replace(HttpResponseMessage response, HttpContent content, string type)
    {
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        response.Content = content;
    }

    private static async Task<(string Model, bool Streams)> AskedAsync(HttpRequestMessage request, CancellationToken ct)
    {
        if (request.Content is null) return ("", false);
        var asked = JsonElement.Parse(await request.Content.ReadAsByteArrayAsync(ct).ConfigureAwait(false));
        return (asked.TryGetProperty("model", out var model) ? model.GetString() ?? "" : "", asked.TryGetProperty("stream", out var stream) && stream.ValueKind == JsonValueKind.True);
    }
}
