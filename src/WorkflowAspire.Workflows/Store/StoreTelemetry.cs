using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace WorkflowAspire.Workflows.Store;

/// <summary>Tells what the store asks of the database.</summary>
internal sealed class StoreTelemetry
{
    private readonly Counter<long> _roundTrips;
    private readonly Counter<long> _statements;

    public StoreTelemetry(IMeterFactory meters)
    {
        var meter = meters.Create(WorkflowTelemetry.SourceName);
        _roundTrips = meter.CreateCounter<long>("workflow.store.round_trips", "{round_trip}", "Times the store waited for the database.");
        _statements = meter.CreateCounter<long>("workflow.store.statements", "{statement}", "Statements that the store sent.");
    }

    /// <summary>
    /// A span for one write below whatever asks for it, since the batch that carries it is many callers'. A background loop's write has no trace to
    /// stand in, and makes none.
    /// </summary>
    public static Activity? StartWrite(string operation) => Activity.Current is null || !WorkflowTelemetry.Source.HasListeners()
        ? null
        : WorkflowTelemetry.Source.StartActivity($"store {operation.Replace("Async", "", StringComparison.Ordinal)}", ActivityKind.Client);

    public void RoundTrip(int statements)
    {
        _roundTrips.Add(1);
        _statements.Add(statements);
    }
}
