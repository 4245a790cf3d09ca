using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Reflection;
using System.Text.Json;
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

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task What_a_run_failed_with_is_in_no_activity_of_anybody(int attempts)
    {
        const string secret = "the provider's own words";
        var ended = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        Workflow.Run = async (context, _) => await context.StepAsync<JsonElement>("ask", _ => throw new InvalidOperationException(secret));
        var run = await GivenRun();

        await Enqueue(run, attempts);

        (await Reaches(run, RunStatus.Failed)).Error!.ShouldContain(secret);
        await DeadLetterOf(run.Id.ToString());
        var expected = WorkerPath == "masstransit" ? "workflow-execution receive" : "process workflow-execution";
        await Eventually.Get(() => ended.Count(activity => activity.DisplayName == expected && activity.Status == ActivityStatusCode.Error), count => count == attempts);
        ended.Where(activity => TextOf(activity).Contains(secret)).Select(activity => $"{activity.Source.Name}: {activity.DisplayName}").ShouldBeEmpty();
    }

    private static string TextOf(Activity activity) => string.Join('\n', activity.TagObjects.Concat(activity.Events.SelectMany(told => told.Tags))
        .Select(tag => tag.Value?.ToString()).Concat(activity.Baggage.Select(item => item.Value)).Append(activity.StatusDescription).Append(activity.DisplayName));

    private static bool IsOurs(string meter) => meter.StartsWith("WorkflowAspire.", StringComparison.Ordinal);

    // Those that this test's worker doesn't happen to use, too.
    private static IEnumerable<Type> HoldersOfInstruments() =>
        from file in Directory.GetFiles(AppContext.BaseDirectory, "WorkflowAspire.*.dll")
        from type in Assembly.Load(AssemblyName.GetAssemblyName(file)).GetTypes()
        where type.GetConstructors().Any(constructor => constructor.GetParameters() is [var only] && only.ParameterType == typeof(IMeterFactory))
        select type;
}
