using System.Net;
using System.Text.Json;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Http;

namespace WorkflowAspire.Workflows.Llm.Providers;

/// <summary>Turns what isn't an answer into a failure that says whether to try again, the same for every provider.</summary>
internal sealed class ProviderRefusals(Func<string, string> hide, TimeProvider time) : DelegatingHandler
{
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
        using (response) throw Describe(response, await Excerpt.OfExplanationAsync(response, cancellationToken).ConfigureAwait(false));
    }

    private ModelFailure Describe(HttpResponseMessage response, string body)
    {
        var error = ErrorIn(body);
        // Before it is shortened: half a key isn't recognised.
        var reason = Excerpt.Of(hide(error?.Words ?? body));
        var answer = $"{(int)response.StatusCode} {Excerpt.Of(hide(response.ReasonPhrase ?? ""), 100)}: {(reason.Length > 0 ? reason : "it gave no reason")}";
        return response.StatusCode switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => ModelFailure.Final($"the connection's key was refused, {answer}"),
            HttpStatusCode.TooManyRequests when error is { IsQuota: true } => ModelFailure.Final($"the connection's quota is used up, {answer}"),
            HttpStatusCode.NotImplemented or HttpStatusCode.HttpVersionNotSupported => ModelFailure.Final($"answered {answer}"),
            HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError =>
                ModelFailure.Passing($"answered {answer}", retryAfter: RetryAfter.Of(response, time.GetUtcNow())),
            HttpStatusCode.Conflict => ModelFailure.Passing($"answered {answer}"),
            < HttpStatusCode.BadRequest when response.Headers.Location is not null || response.StatusCode is not HttpStatusCode.NotModified =>
                ModelFailure.Final($"redirects ({(int)response.StatusCode}), which isn't followed; use the final address as Endpoint"),
            _ => ModelFailure.Final($"answered {answer}"),
        };
    }

    private static ProviderError? ErrorIn(string body)
    {
        try
        {
            return ProviderError.In(JsonElement.Parse(body));
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
