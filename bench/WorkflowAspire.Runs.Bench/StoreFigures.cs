using System.Diagnostics.Metrics;

namespace WorkflowAspire.Runs.Bench;

/// <summary>Adds up what one system's store reports of itself.</summary>
internal sealed class StoreFigures : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _roundTrips;
    private long _statements;

    public StoreFigures(IMeterFactory meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, meters) && instrument.Name.StartsWith("workflow.store.", StringComparison.Ordinal)) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) =>
            Interlocked.Add(ref instrument.Name == "workflow.store.statements" ? ref _statements : ref _roundTrips, value));
        _listener.Start();
    }

    public long RoundTrips => Interlocked.Read(ref _roundTrips);

    public long Statements => Interlocked.Read(ref _statements);

    public void Dispose() => _listener.Dispose();
}
