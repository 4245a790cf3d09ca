using System.Text.Json;
using Microsoft.Extensions.Logging;
using WorkflowAspire.Workflows.Dispatch;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Workflows.Execution;

/// <summary>What all runs share to take their steps.</summary>
internal sealed record StepServices(
    RunStore Store, StepPipelines Pipelines, JsonSerializerOptions Json, WorkflowTelemetry Telemetry, TimeProvider Time, ILogger<StepRunner> Logger)
{
    /// <summary>What a run may ask for.</summary>
    public required RunLimits Limits { get; init; }

    /// <summary>Holds tenants to the number of their runs.</summary>
    public required UnfinishedRuns Unfinished { get; init; }

    /// <summary>How long a step has to end after its token was cancelled.</summary>
    public required TimeSpan StepGrace { get; init; }

    /// <summary>Enqueues the runs of children; null where this process has no queue, and then the relay does it.</summary>
    public required Func<RunDispatcher?> Dispatcher { get; init; }
}
