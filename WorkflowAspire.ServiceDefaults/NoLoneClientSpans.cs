using System.Diagnostics;
using OpenTelemetry.Trace;

namespace WorkflowAspire.ServiceDefaults;

/// <summary>
/// Drops a call to a server that belongs to nothing: a background loop's look at the database would be a trace of its own each time, and the list of
/// traces would show little else. Below a request or a run the same call stays.
/// </summary>
internal sealed class NoLoneClientSpans : Sampler
{
    /// <inheritdoc/>
    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
        new(samplingParameters.Kind == ActivityKind.Client ? SamplingDecision.Drop : SamplingDecision.RecordAndSample);
}
