using System.Diagnostics.Metrics;

namespace WorkflowAspire.Workflows.Store;

/// <summary>Counts what the store asks of the database.</summary>
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

    public void RoundTrip(int statements)
    {
        _roundTrips.Add(1);
        _statements.Add(statements);
    }
}
