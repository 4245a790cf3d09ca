using System.Text.Json;
using WorkflowAspire.Workflows.Definitions.Expressions;
using WorkflowAspire.Workflows.Definitions.Http;
using WorkflowAspire.Workflows.Definitions.Reading;
using WorkflowAspire.Workflows.Definitions.Secrets;

namespace WorkflowAspire.Workflows.Definitions.Steps;

/// <summary>Calls an HTTP service.</summary>
internal sealed class HttpStep : DefinedStep
{
    private readonly HttpMethod _method;
    private readonly FilledText? _url;
    private readonly IReadOnlyList<KeyValuePair<string, FilledText?>> _headers;
    private readonly FilledValue? _body;
    private readonly HttpExpectation _expected;
    private readonly StepOptions _options;

    public HttpStep(StepReader reader)
        : base(reader)
    {
        _method = new HttpMethod(reader.Text("method") ?? "GET");
        _url = reader.SecretText("url");
        if (_url?.Literal is { } literal && HttpCalls.RefuseAddress(literal) is { } refusal) reader.Refuse("url", refusal);
        _headers = reader.Headers("headers");
        foreach (var (name, _) in _headers)
            if (HttpRequests.RefuseHeader(name) is { } refused) reader.Refuse("headers", name, refused);
        _body = reader.Value("body");
        if (_body is not null && _method.Method is "GET" or "HEAD" && reader.Has("body")) reader.Refuse("body", $"A {_method} request has no body; use another method, or remove it.");
        _expected = HttpExpectation.Read(reader);
        if (_expected.Json && _method == HttpMethod.Head) reader.Refuse("expect", "The answer to HEAD has no body, so it can't be JSON; use GET, or remove 'json'.");
        _options = reader.Options(StepKind.Http);
    }

    protected override IEnumerable<Expression> Ahead => _url!.Expressions;

    protected override Task<JsonElement> RunAsync(StepRun run, Filling filling)
    {
        // A secret may stand in the host's place; then the call has no endpoint that could be named.
        var endpoint = Uri.TryCreate(_url!.Fill(filling, _ => "x"), UriKind.Absolute, out var address) && !_url.Secrets.Any() ? address.Host : null;
        return run.Context.StepAsync(
            Id,
            async ct =>
            {
                var names = _headers.SelectMany(header => header.Value!.Secrets).Concat(_url.Secrets);
                var secrets = await ResolvedSecrets.FindAsync(run.Services.Secrets, run.Context.TenantId, names, $"Step '{Id}'", ct).ConfigureAwait(false);
                var rest = await run.FillAsync(_headers.SelectMany(header => header.Value!.Expressions).Concat(_body?.Expressions ?? []), Id, ct).ConfigureAwait(false);
                var headers = _headers.Select(header => KeyValuePair.Create(header.Key, header.Value!.Fill(rest!, name => secrets[name]))).ToList();
                var request = new HttpCall(
                    Id, _method, _url.Fill(filling, name => secrets[name]), _url.Secrets.Any(), headers, _body?.Evaluate(rest!), $"{run.Context.RunId:D}/{run.Context.FullName(Id)}", _expected);
                return await run.Services.Http.SendAsync(request, secrets, (schema, body) => schema.CheckAsync(run.Context.TenantId, body, run.Services.Evaluations, ct), ct).ConfigureAwait(false);
            },
            _options with { Endpoint = endpoint, PerTenant = true });
    }
}
