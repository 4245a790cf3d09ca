using System.Diagnostics;

namespace WorkflowAspire.BullMQ;

/// <summary>The names under which this library reports to OpenTelemetry.</summary>
public static class BullMQTelemetry
{
    /// <summary>The name of the activity source.</summary>
    public const string SourceName = "WorkflowAspire.BullMQ";

    internal static readonly ActivitySource Source = new(SourceName);
}
