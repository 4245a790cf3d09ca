using System.Diagnostics;
using OpenTelemetry;

namespace WorkflowAspire.ServiceDefaults;

/// <summary>
/// Drops a call to a server that belongs to nothing: a background loop's look at the database would be a trace of its own each time, and the list of
/// traces would show little else. Below a request or a run the same call stays. No sampler, so that <c>OTEL_TRACES_SAMPLER</c> is heeded.
/// </summary>
internal sealed class NoLoneClientSpans : BaseProcessor<Activity>
{
    /// <inheritdoc/>
    public override void OnStart(Activity data)
    {
        if (data.Kind != ActivityKind.Client || data.ParentSpanId != default) return;
        data.IsAllDataRequested = false;
        // What is below it goes with it: samplers look at their parent's flag.
        data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
    }
}
