using System.Net;
using System.Text.Json.Nodes;
using WorkflowAspire.Workflows.Http;

namespace WorkflowAspire.Workflows.Llm.Providers;

/// <summary>
/// Writes parameters of OpenAI's protocol as the endpoint knows them: the limit of an answer has two names, of which each server refuses or ignores one,
/// and some refuse to count tokens in a stream. What an endpoint has refused once is written the other way from then on.
/// </summary>
internal sealed class ParameterNames(Uri endpoint) : DelegatingHandler
{
    private const string OldLimit = "max_tokens";
    private const string NewLimit = "max_completion_tokens";
    private const string StreamOptions = "stream_options";

    private static readonly string[] WordsForAName = ["unsupported", "not supported", "unknown", "unrecognized", "extra", "unexpected", "not permitted", "not allowed"];

    // The old name is known everywhere but where it is refused; servers that don't know the new one ignore it, and so the limit.
    private volatile string _limit = endpoint.Host.EndsWith(".openai.com", StringComparison.OrdinalIgnoreCase) || endpoint.Host.EndsWith(".azure.com", StringComparison.OrdinalIgnoreCase) ? NewLimit : OldLimit;
    private volatile bool _countsInStreams = true;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Content is null || JsonNode.Parse(await request.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false)) is not JsonObject asked)
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);

        // Each of the two can be refused once.
        for (var left = 2; ; left--)
        {
            request.Content = Written(asked);
            var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (left == 0 || response.StatusCode is not (HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity)) return response;
            var type = response.Content.Headers.ContentType;
            var complaint = await Excerpt.OfExplanationAsync(response, cancellationToken).ConfigureAwait(false);
            if (!Learn(asked, complaint))
            {
                response.Content = new StringContent(complaint);
                response.Content.Headers.ContentType = type;
                return response;
            }

            response.Dispose();
        }
    }

    private ByteArrayContent Written(JsonObject asked)
    {
        foreach (var name in new[] { OldLimit, NewLimit })
        {
            if (name == _limit || !asked.TryGetPropertyValue(name, out var most)) continue;
            asked.Remove(name);
            asked[_limit] = most;
        }

        if (!_countsInStreams) asked.Remove(StreamOptions);
        var content = new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(asked.ToJsonString()));
        content.Headers.ContentType = new("application/json");
        return content;
    }

    // What is refused is named in the complaint, and the other name of the limit perhaps as well.
    private bool Learn(JsonObject sent, string complaint)
    {
        if (_countsInStreams && sent.ContainsKey(StreamOptions) && complaint.Contains(StreamOptions, StringComparison.Ordinal))
        {
            _countsInStreams = false;
            return true;
        }

        var limit = sent.ContainsKey(OldLimit) ? OldLimit : NewLimit;
        if (!sent.ContainsKey(limit) || !complaint.Contains(limit, StringComparison.Ordinal) || !IsAboutTheName(complaint)) return false;
        _limit = limit == OldLimit ? NewLimit : OldLimit;
        return true;
    }

    // Not about its value: that stays wrong under any name.
    private static bool IsAboutTheName(string complaint) => Array.Exists(WordsForAName, words => complaint.Contains(words, StringComparison.OrdinalIgnoreCase));
}
