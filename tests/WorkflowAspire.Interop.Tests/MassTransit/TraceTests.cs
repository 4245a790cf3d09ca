using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using MassTransit.Logging;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.Interop.Tests.MassTransit;

/// <summary>One trace from Node's bullmq-otel through a MassTransit application and back.</summary>
public sealed class TraceTests : MassTransitSpecification
{
    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;

    public TraceTests(InteropServers servers)
        : base(servers)
    {
        Activity.Current = null;
        // Other tests run meanwhile: MassTransit's activities are sampled with their parents only.
        ActivitySource.AddActivityListener(_listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is BullMQTelemetry.SourceName or DiagnosticHeaders.DefaultListenerName,
            Sample = (ref ActivityCreationOptions<ActivityContext> options) => options.Parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded)
                || options.Name.Contains(Queue.Name, StringComparison.Ordinal) ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
            ActivityStopped = _ended.Enqueue,
        });
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task MassTransits_activities_belong_to_the_trace_of_Nodes_producer(int version)
    {
        Activity? inConsumer = null;
        await StartConsumer(context =>
        {
            inConsumer = Activity.Current;
            return Task.CompletedTask;
        });

        var added = await Node(version).TracedAddAsync(new JsonObject { ["text"] = "traced" });
        await Reaches((string)added["id"]!, JobState.Completed);

        var trace = (string)added["traceId"]!;
        var process = await Eventually.Get(() => OfTrace(trace).SingleOrDefault(activity => activity.Source.Name == BullMQTelemetry.SourceName && activity.Kind == ActivityKind.Consumer), found => found is not null);
        var add = (await Node(version).SpansAsync()).Single(span => (string)span!["name"]! == $"add {Queue.Name}.work")!;
        process!.ParentSpanId.ToHexString().ShouldBe((string?)add["spanId"]);
        inConsumer!.Source.Name.ShouldBe(DiagnosticHeaders.DefaultListenerName);
        Ancestors(inConsumer).ShouldContain(process.SpanId);
        inConsumer.TraceId.ToHexString().ShouldBe(trace);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task A_Node_worker_goes_on_with_the_trace_of_a_MassTransit_producer(int version)
    {
        var producer = await StartProducer();
        await Node(version).StartTracedWorkerAsync("echo");

        var job = await producer.AddAsync(new Work("traced"));
        await Reaches(job.Id, JobState.Completed);

        var add = _ended.Single(activity => activity.DisplayName.Contains(Queue.Name, StringComparison.Ordinal));
        var process = (await Eventually.Get(() => Node(version).SpansAsync(), spans => spans.Any(IsProcess))).Single(IsProcess)!;
        ((string?)process["traceId"]).ShouldBe(add.TraceId.ToHexString());
        ((string?)process["parentSpanId"]).ShouldBe(add.SpanId.ToHexString());
    }

    public override ValueTask DisposeAsync()
    {
        _listener.Dispose();
        return base.DisposeAsync();
    }

    private IEnumerable<Activity> OfTrace(string traceId) => _ended.Where(activity => activity.TraceId.ToHexString() == traceId);

    private static IEnumerable<ActivitySpanId> Ancestors(Activity activity)
    {
        for (var parent = activity.Parent; parent is not null; parent = parent.Parent) yield return parent.SpanId;
    }

    private bool IsProcess(JsonNode? span) => (string)span!["name"]! == $"process {Queue.Name}";
}
