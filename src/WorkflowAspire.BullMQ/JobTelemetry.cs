namespace WorkflowAspire.BullMQ;

/// <summary>What a job carries of the trace that it was added in: BullMQ's <c>telemetry</c> option.</summary>
public sealed record JobTelemetry
{
    /// <summary>The trace's context, in the form that the producer's telemetry chose.</summary>
    public string? Metadata { get; init; }

    /// <summary>Keeps the trace's context out of the job.</summary>
    public bool? OmitContext { get; init; }
}
