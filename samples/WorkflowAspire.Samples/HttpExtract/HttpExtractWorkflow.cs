using Json.Pointer;
using Microsoft.Extensions.Options;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows;

namespace WorkflowAspire.Samples.HttpExtract;

/// <summary>Fetches a JSON document and takes fields out of it.</summary>
/// <remarks>An address that may not be called, a pointer that is none and an answer that no other try would change fail the run for good.</remarks>
public sealed class HttpExtractWorkflow : IWorkflow<HttpExtractInput, HttpExtractOutput>
{
    private readonly JsonFetch _fetch;
    private readonly StepOptions _step;

    /// <summary>Creates the workflow for one run.</summary>
    public HttpExtractWorkflow(PublicHttpClient client, IOptions<HttpExtractOptions> options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(options);
        _fetch = new JsonFetch(client, options.Value.MaxResponseBytes, time);
        _step = new StepOptions { Timeout = options.Value.Timeout };
    }

    /// <inheritdoc/>
    public async Task<HttpExtractOutput> RunAsync(HttpExtractInput input, WorkflowContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(context);
        var url = HttpAddress.Parse(input.Url);
        var pointers = Pointers(input.Fields);
        var answer = await context.StepAsync("fetch", ct => _fetch.GetAsync(url, ct), _step).ConfigureAwait(false);
        return await context.StepAsync("extract", _ => Task.FromResult(Extract(answer, pointers))).ConfigureAwait(false);
    }

    private static Dictionary<string, JsonPointer> Pointers(IReadOnlyDictionary<string, string> fields)
    {
        if (fields.Count == 0) throw new UnrecoverableError("'fields' is empty; name at least one field and its JSON pointer, for example { \"name\": \"/items/0/name\" }.");
        var pointers = new Dictionary<string, JsonPointer>();
        foreach (var (name, text) in fields)
        {
            // "" is the whole document; any other pointer begins with a slash (RFC 6901, 3).
            if (text is not null && (text.Length == 0 || text[0] == '/') && JsonPointer.TryParse(text, out var pointer)) pointers[name] = pointer;
            else throw new UnrecoverableError($"Field '{name}': '{text}' is not a JSON pointer (RFC 6901); write it like /items/0/name, with ~1 for / and ~0 for ~ in a name.");
        }

        return pointers;
    }

    private static HttpExtractOutput Extract(JsonAnswer answer, Dictionary<string, JsonPointer> pointers)
    {
        var fields = pointers.ToDictionary(pointer => pointer.Key, pointer => pointer.Value.Evaluate(answer.Body));
        return new HttpExtractOutput(answer.Status, fields, [.. fields.Where(field => field.Value is null).Select(field => field.Key)]);
    }
}
