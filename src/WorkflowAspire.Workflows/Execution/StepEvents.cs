using System.Collections.Frozen;
using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Polly;
using Polly.Telemetry;

namespace WorkflowAspire.Workflows.Execution;

/// <summary>Counts what the pipelines of steps do, and notes it on the activity of the step.</summary>
internal sealed class StepEvents(WorkflowTelemetry telemetry) : TelemetryListener
{
    // Polly's own names on the left; what it reports beside these happens at every try.
    private static readonly FrozenDictionary<string, string> Names = new Dictionary<string, string>
    {
        ["OnRetry"] = "retry",
        ["OnTimeout"] = "timeout",
        ["OnCircuitOpened"] = "circuit-opened",
        ["OnCircuitHalfOpened"] = "circuit-half-opened",
        ["OnCircuitClosed"] = "circuit-closed",
        [EndpointRefusals.RejectedEvent] = "circuit-rejected",
        ["OnRateLimiterRejected"] = "bulkhead-rejected",
    }.ToFrozenDictionary();

    public ResiliencePipelineBuilder Listen(ResiliencePipelineBuilder builder, CalledEndpoint called)
    {
        (builder.Name, builder.InstanceName) = (called.Kind.ToString().ToLowerInvariant(), called.Public);
        // The logs are ours: Polly's would say the same once more.
        return builder.ConfigureTelemetry(new TelemetryOptions { LoggerFactory = NullLoggerFactory.Instance, TelemetryListeners = { this } });
    }

    public override void Write<TResult, TArgs>(in TelemetryEventArguments<TResult, TArgs> args)
    {
        if (!Names.TryGetValue(args.Event.EventName, out var name)) return;
        var (kind, endpoint) = (args.Source.PipelineName, args.Source.PipelineInstanceName);
        telemetry.StepEvent(name, kind, endpoint);
        if (Activity.Current is not { } activity) return;
        var tags = new ActivityTagsCollection { ["kind"] = kind };
        if (endpoint is not null) tags["endpoint"] = endpoint;
        // Its type alone: a message may hold what a provider said.
        if (args.Outcome?.Exception is { } error) tags["error.type"] = error.GetType().FullName;
        activity.AddEvent(new ActivityEvent(name, tags: tags));
    }
}
