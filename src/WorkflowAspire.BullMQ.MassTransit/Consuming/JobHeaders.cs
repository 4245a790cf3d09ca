using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using MassTransit;
using MassTransit.Logging;
using MassTransit.Transports;

namespace WorkflowAspire.BullMQ.MassTransit.Consuming;

/// <summary>What MassTransit looks for in a transport's headers: the message's id, and the trace where the worker has not continued it itself.</summary>
internal sealed class JobHeaders(Job job) : IHeaderProvider
{
    public IEnumerable<KeyValuePair<string, object>> GetAll()
    {
        yield return new(MessageHeaders.TransportMessageId, job.Id);
        if (Activity.Current is null && TraceParent() is { } parent) yield return new(DiagnosticHeaders.ActivityId, parent);
    }

    public bool TryGetHeader(string key, [NotNullWhen(true)] out object? value)
    {
        value = key switch
        {
            MessageHeaders.TransportMessageId => job.Id,
            // With an activity of the worker's there is one trace already: MassTransit's goes on from there.
            DiagnosticHeaders.ActivityId when Activity.Current is null => TraceParent(),
            _ => null,
        };
        return value is not null;
    }

    private string? TraceParent()
    {
        if (job.Options.Telemetry?.Metadata is not { } metadata) return null;
        try
        {
            using var headers = JsonDocument.Parse(metadata);
            return headers.RootElement.ValueKind == JsonValueKind.Object && headers.RootElement.TryGetProperty("traceparent", out var parent)
                && parent.ValueKind == JsonValueKind.String ? parent.GetString() : null;
        }
        catch (JsonException)
        {
            // Telemetry that writes something else has no trace for us, and the job is processed all the same.
            return null;
        }
    }
}
