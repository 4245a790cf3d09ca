using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.Interop.Tests;

/// <summary>One trace through both sides, with Node's bullmq-otel.</summary>
public sealed class TelemetryTests : InteropSpecification
{
    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;

    public TelemetryTests(InteropServers servers)
        : base(servers)
    {
        Activity.Current = null;
        // Other tests run meanwhile: only what is of this queue is sampled, and what others' listeners sample is none of ours.
        ActivitySource.AddActivityListener(_listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == BullMQTelemetry.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                options.Name.Contains(Queue.Name, StringComparison.Ordinal) ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
            ActivityStopped = activity =>
            {
                if (activity.DisplayName.Contains(Queue.Name, StringComparison.Ordinal)) _ended.Enqueue(activity);
            },
        });
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task What_Nodes_producer_traces_our_worker_goes_on_with(int version)
    {
        await StartWorker("data");

        var added = await Node(version).TracedAddAsync(1);
        await Reaches((string)added["id"]!, JobState.Completed);

        var process = await Eventually.Get(() => _ended.SingleOrDefault(activity => activity.Kind == ActivityKind.Consumer), activity => activity is not null);
        var add = (await Node(version).SpansAsync()).Single(span => (string)span!["name"]! == $"add {Queue.Name}.work")!;
        process!.TraceId.ToHexString().ShouldBe((string?)added["traceId"]);
        process.ParentSpanId.ToHexString().ShouldBe((string?)add["spanId"]);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task What_our_producer_traces_Nodes_worker_goes_on_with(int version)
    {
        await Node(version).StartTracedWorkerAsync("echo");

        var job = await Add();
        await Reaches(job.Id, JobState.Completed);

        var add = _ended.Single();
        var process = (await Eventually.Get(() => Node(version).SpansAsync(), spans => spans.Any(IsProcess))).Single(IsProcess)!;
        ((string?)process["traceId"]).ShouldBe(add.TraceId.ToHexString());
        ((string?)process["parentSpanId"]).ShouldBe(add.SpanId.ToHexString());
        ((string?)process["attributes"]!["bullmq.job.id"]).ShouldBe(job.Id);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task A_flow_of_Nodes_is_one_trace_through_its_parent_and_children(int version)
    {
        await StartWorker("data");

        var flow = await Node(version).TracedFlowAsync();
        await Reaches("parent", JobState.Completed);

        await Eventually.Get(() => _ended.Count, count => count == 6);
        _ended.Where(activity => activity.Kind == ActivityKind.Consumer).Select(activity => activity.GetTagItem("bullmq.job.id")).ShouldBe(["a", "b", "parent"], ignoreOrder: true);
        _ended.ShouldAllBe(activity => activity.TraceId.ToHexString() == (string?)flow["traceId"]);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Both_sides_name_and_describe_the_same_work_alike(int version)
    {
        await Node(version).StartTracedWorkerAsync("echo");
        await Reaches((string)(await Node(version).TracedAddAsync(1))["id"]!, JobState.Completed);
        var theirs = await Eventually.Get(() => Node(version).SpansAsync(), spans => spans.Any(IsProcess));
        await Node(version).CloseWorkerAsync();

        await StartWorker("echo");
        await Reaches((await Add()).Id, JobState.Completed);
        await Eventually.Get(() => _ended.Count, count => count == 3);

        foreach (var ours in _ended)
        {
            var span = theirs.Single(one => (string)one!["name"]! == ours.DisplayName)!;
            ((int)span["kind"]!).ShouldBe(KindOf(ours));
            // BullMQ 5 writes this one, whose name BullMQ 6 changed, beside the new one.
            ours.TagObjects.Select(tag => tag.Key).ShouldBe(span["attributes"]!.AsObject().Select(attribute => attribute.Key)
                .Where(key => key != "bullmq.job.finished.timestamp"), ignoreOrder: true);
        }
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Operations_on_a_queue_have_the_same_names_and_kinds(int version)
    {
        await Node(version).RunAsync("tracedOperations");
        var theirs = (await Node(version).SpansAsync()).Select(span => ((string)span!["name"]!, (int)span["kind"]!)).ToHashSet();

        var job = await Add();
        await Queue.PauseAsync();
        await Queue.UpdateJobProgressAsync(job.Id, 7);
        await Queue.ResumeAsync();
        await Queue.RateLimitAsync(TimeSpan.FromMilliseconds(5));
        await Queue.RemoveDeduplicationKeyAsync("kind");
        await Queue.PromoteJobsAsync();
        await Queue.RetryJobsAsync();
        await Queue.CleanAsync(TimeSpan.FromSeconds(9), 3, JobState.Failed);
        await Queue.RemoveJobAsync(job.Id);
        await Queue.AddBulkAsync([new NewJob("work", Json.Bytes("1"))]);
        await Queue.DrainAsync(delayed: true);
        await Queue.TrimEventsAsync(5);
        await Queue.UpsertJobSchedulerAsync("s", new RepeatOptions { Every = TimeSpan.FromHours(1) }, new JobSchedulerTemplate { Name = "work" });
        await Queue.ObliterateAsync(force: true);

        theirs.Count.ShouldBeGreaterThan(10);
        _ended.Select(activity => (activity.DisplayName, KindOf(activity))).ToHashSet().ShouldBe(theirs, ignoreOrder: true);
    }

    public override ValueTask DisposeAsync()
    {
        _listener.Dispose();
        return base.DisposeAsync();
    }

    private bool IsProcess(JsonNode? span) => (string)span!["name"]! == $"process {Queue.Name}";

    // As the OpenTelemetry of Node numbers them.
    private static int KindOf(Activity activity) => activity.Kind switch { ActivityKind.Producer => 3, ActivityKind.Consumer => 4, _ => 0 };
}
