using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Reflection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using WorkflowAspire.TestServers;
using WorkflowAspire.Workflows;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Worker.Tests;

public class TelemetryTests(RedisServer redis) : WorkerSpecification(redis)
{
    private static readonly string[] Known = ["workflow.run.duration", "workflow.llm.tokens", "workflow.store.round_trips", "bullmq.job.duration"];

    [Fact]
    public async Task The_duration_of_a_run_is_measured_by_workflow_and_outcome()
    {
        using var durations = new MetricCollector<double>(Service<IMeterFactory>(), WorkflowTelemetry.SourceName, "workflow.run.duration");
        var run = await GivenRun();

        await Enqueue(run);

        await Reaches(run, RunStatus.Completed);
        await durations.WaitForMeasurementsAsync(1, Patience);
        durations.LastMeasurement!.Tags.ShouldContain(new KeyValuePair<string, object?>("workflow", "scripted"));
        durations.LastMeasurement!.Tags.ShouldContain(new KeyValuePair<string, object?>("status", "completed"));
    }

    [Fact]
    public async Task Dead_letters_are_counted_and_the_depth_of_their_queue_is_shown()
    {
        var meters = Service<IMeterFactory>();
        using var counted = new MetricCollector<long>(meters, WorkflowTelemetry.SourceName, "workflow.dlq.jobs");
        using var depth = new MetricCollector<long>(meters, WorkflowTelemetry.SourceName, "workflow.dlq.depth");

        await Enqueue("broken", "[]");

        await counted.WaitForMeasurementsAsync(1, Patience);
        counted.LastMeasurement!.Value.ShouldBe(1);
        await Eventually.Get(
            () =>
            {
                depth.RecordObservableInstruments();
                return depth.LastMeasurement?.Value;
            },
            value => value == 1);
    }

    [Fact]
    public async Task Every_instrument_of_ours_is_sent_and_has_a_unit_and_a_description()
    {
        var instruments = new ConcurrentBag<Instrument>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, _) => instruments.Add(instrument) };
        listener.Start();
        foreach (var holder in HoldersOfInstruments()) _ = Activator.CreateInstance(holder, Service<IMeterFactory>());
        var run = await GivenRun();
        await Enqueue(run);
        await Reaches(run, RunStatus.Completed);

        var ours = instruments.Where(instrument => IsOurs(instrument.Meter.Name) || instrument.Name.Split('.')[0] is "workflow" or "bullmq").ToList();

        ours.Select(instrument => instrument.Name).Intersect(Known).Count().ShouldBe(Known.Length);
        ours.Where(instrument => !IsOurs(instrument.Meter.Name)).Select(instrument => instrument.Name).ShouldBeEmpty("only meters WorkflowAspire.* are sent");
        ours.Where(instrument => string.IsNullOrEmpty(instrument.Unit) || string.IsNullOrEmpty(instrument.Description)).Select(instrument => instrument.Name).ShouldBeEmpty();
    }

    private static bool IsOurs(string meter) => meter.StartsWith("WorkflowAspire.", StringComparison.Ordinal);

    // Those that this test's worker doesn't happen to use, too.
    private static IEnumerable<Type> HoldersOfInstruments() =>
        from file in Directory.GetFiles(AppContext.BaseDirectory, "WorkflowAspire.*.dll")
        from type in Assembly.Load(AssemblyName.GetAssemblyName(file)).GetTypes()
        where type.GetConstructors().Any(constructor => constructor.GetParameters() is [var only] && only.ParameterType == typeof(IMeterFactory))
        select type;
}
