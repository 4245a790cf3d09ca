using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace WorkflowAspire.BullMQ.Telemetry;

/// <summary>
/// A trace's context as jobs carry it (their option <c>tm</c>): a JSON object of the propagation headers as text, for example
/// <c>{"traceparent":"00-…","baggage":"…"}</c>, as Node's <c>bullmq-otel</c> writes it.
/// </summary>
internal static class TraceMetadata
{
    /// <summary>The context of an activity; null where the process propagates none.</summary>
    public static string? Of(Activity activity)
    {
        var headers = new Dictionary<string, string>();
        DistributedContextPropagator.Current.Inject(activity, headers, static (carrier, name, value) => ((Dictionary<string, string>)carrier!)[name] = value);
        if (headers.Count == 0) return null;
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in headers) writer.WriteString(name, value);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(json.GetBuffer(), 0, (int)json.Length);
    }

    /// <summary>The context of this activity or, where it is null, of the program's current one; null where there is none.</summary>
    public static string? OfCurrent(Activity? activity) => (activity ?? Activity.Current) is { } current ? Of(current) : null;

    /// <summary>The options of a job with this context.</summary>
    /// <param name="options">The options.</param>
    /// <param name="metadata">The context; null for none.</param>
    /// <param name="keepsOwn">Whether a context that the options bring along comes before it.</param>
    public static JobOptions Carrying(JobOptions options, string? metadata, bool keepsOwn) =>
        metadata is null || options.Telemetry?.OmitContext == true || (keepsOwn && options.Telemetry?.Metadata is not null)
            ? options
            : options with { Telemetry = (options.Telemetry ?? new JobTelemetry()) with { Metadata = metadata } };

    /// <summary>The context that this names, with its baggage; none where it names none.</summary>
    public static (ActivityContext Context, IEnumerable<KeyValuePair<string, string?>> Baggage) Read(string metadata)
    {
        var headers = HeadersOf(metadata);
        DistributedContextPropagator.Current.ExtractTraceIdAndState(headers, Get, out var traceParent, out var traceState);
        if (!ActivityContext.TryParse(traceParent, traceState, isRemote: true, out var context)) return (default, []);
        return (context, DistributedContextPropagator.Current.ExtractBaggage(headers, Get) ?? []);
    }

    private static void Get(object? carrier, string name, out string? value, out IEnumerable<string>? values)
    {
        values = null;
        ((Dictionary<string, string>)carrier!).TryGetValue(name, out value);
    }

    private static Dictionary<string, string> HeadersOf(string metadata)
    {
        // What a program wrote that is no such object must not keep its job from being processed.
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        try
        {
            using var document = JsonDocument.Parse(metadata);
            if (document.RootElement.ValueKind != JsonValueKind.Object) return headers;
            foreach (var header in document.RootElement.EnumerateObject())
            {
                if (header.Value.ValueKind == JsonValueKind.String) headers[header.Name] = header.Value.GetString()!;
            }
        }
        catch (JsonException)
        {
            headers.Clear();
        }

        return headers;
    }
}
