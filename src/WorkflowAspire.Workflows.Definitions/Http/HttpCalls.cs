using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Options;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Evaluator.Schemas;
using WorkflowAspire.Workflows.Definitions.Evaluation;
using WorkflowAspire.Workflows.Definitions.Secrets;
using WorkflowAspire.Workflows.Http;

namespace WorkflowAspire.Workflows.Definitions.Http;

/// <summary>Sends the requests of <c>http</c> steps, to public addresses only unless configured otherwise, and says which failures pass.</summary>
/// <remarks>Redirects are not followed: they would carry a header with a secret to another host.</remarks>
internal sealed class HttpCalls : IDisposable
{
    private readonly HttpClient _http;
    private readonly HttpClient _untraced;
    private readonly DefinitionOptions.HttpReach _reach;
    private readonly TimeProvider _time;

    public HttpCalls(IOptions<DefinitionOptions> options, TimeProvider time)
    {
        (_reach, _time) = (options.Value.Http, time);
        _http = CreateClient(traced: true);
        // A trace names the address of each call, and so does the trace context's own span.
        _untraced = CreateClient(traced: false);
    }

    /// <summary>Why an address can't be called; null where it can.</summary>
    public static string? RefuseAddress(string text) => !Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Host.Length == 0
        ? "'url' is not an absolute address; write it like https://example.org/data."
        : url.Scheme is not ("http" or "https") ? $"'url' has the scheme '{url.Scheme}'; only http and https are called."
        : url.UserInfo.Length > 0 ? "'url' carries a user name or password; send them in a header, as a secret."
        : null;

    public async Task<JsonElement> SendAsync(
        HttpCall call, ResolvedSecrets secrets, Func<Schema, JsonElement, Task<IReadOnlyDictionary<string, string[]>>> check, CancellationToken ct)
    {
        if (RefuseAddress(call.Url) is { } refusal) throw new UnrecoverableError($"Step '{call.Step}': {refusal}");
        var url = new Uri(call.Url);
        secrets.ThrowUnlessFor(url.Host, $"Step '{call.Step}'");
        // A query may hold a key that is no declared secret.
        var shown = call.IsAddressSecret
            ? $"{call.Method} (to an address that holds a secret)"
            : secrets.Redact($"{call.Method} {url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)}");
        try
        {
            using var request = HttpRequests.Create(call, url);
            using var response = await (call.IsAddressSecret ? _untraced : _http).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct).ConfigureAwait(false);
            var status = (int)response.StatusCode;
            if (!call.Expected.Takes(status)) throw Refused(call.Step, shown, response, secrets.Redact(await Excerpt.OfExplanationAsync(response, ct).ConfigureAwait(false)));
            var text = await HttpAnswers.ReadAsync(response, _reach.MaxResponseBytes, $"Step '{call.Step}': the answer to {shown}", ct).ConfigureAwait(false);
            var found = HttpAnswers.Body(text, response, call, shown);
            if (found is { } json && call.Expected.Schema is { } schema && await check(schema, json).ConfigureAwait(false) is { Count: > 0 } faults)
                throw new UnrecoverableError($"Step '{call.Step}': the answer to {shown} is not what is expected: {Faults.Describe(faults)}");
            var body = found is { } answer ? secrets.Redact(answer) : (JsonElement?)null;
            return JsonSerializer.SerializeToElement(new Dictionary<string, object?> { ["status"] = status, ["headers"] = HttpAnswers.Headers(response, secrets), ["body"] = body });
        }
        catch (Exception error) when (!ct.IsCancellationRequested)
        {
            var named = error switch
            {
                HttpRequestException { InnerException: UnrecoverableError } when call.IsAddressSecret => new UnrecoverableError(
                    $"Step '{call.Step}': {shown} is not allowed: see {DefinitionOptions.HttpReach.Section}:AllowPrivateAddresses and AllowedHosts."),
                HttpRequestException http when call.IsAddressSecret => new HttpRequestException(http.HttpRequestError, $"Step '{call.Step}': {shown} failed: {http.HttpRequestError}."),
                // The connection's own refusal arrives wrapped, and would be taken for a failure that passes.
                HttpRequestException { InnerException: UnrecoverableError own } => new UnrecoverableError($"Step '{call.Step}': {own.Message}", error),
                IOException => new TransientStepException($"Step '{call.Step}': the answer to {shown} broke off: {error.Message}", error),
                _ => error,
            };
            var clean = secrets.Redact(named);
            if (ReferenceEquals(clean, error)) throw;
            throw clean;
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _untraced.Dispose();
    }

    private HttpClient CreateClient(bool traced)
    {
        var handler = new PublicConnections(DefinitionOptions.HttpReach.Section, () => _reach.AllowPrivateAddresses, () => _reach.AllowedHosts).CreateHandler();
        handler.AllowAutoRedirect = false;
        if (!traced) handler.ActivityHeadersPropagator = null;
        // Each step has a timeout of its own, which covers the body as well.
        var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("WorkflowAspire", "1.0"));
        return client;
    }

    private Exception Refused(string step, string shown, HttpResponseMessage response, string explanation)
    {
        var answer = $"Step '{step}': {shown} answered {(int)response.StatusCode} {Excerpt.Of(response.ReasonPhrase ?? "", 100)}{(explanation.Length > 0 ? $" ({Excerpt.Of(explanation)})" : "")}";
        return response.StatusCode switch
        {
            HttpStatusCode.NotImplemented or HttpStatusCode.HttpVersionNotSupported => new UnrecoverableError($"{answer}; another try would get the same."),
            HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError =>
                new TransientStepException($"{answer}.", RetryAfter.Of(response, _time.GetUtcNow())),
            HttpStatusCode.NotModified => new UnrecoverableError($"{answer}, which the step doesn't expect; take 304 up into 'expect.status', or ask without a condition."),
            >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest => new UnrecoverableError($"{answer}; redirects are not followed: use the final address, or expect this status."),
            _ => new UnrecoverableError($"{answer}, which the step doesn't expect; another try would get the same."),
        };
    }
}
