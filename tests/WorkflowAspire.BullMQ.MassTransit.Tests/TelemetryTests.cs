using System.Collections.Concurrent;
using System.Diagnostics;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.MassTransit.Tests;

/// <summary>One trace spans the producer, the job and its consumer.</summary>
public class TelemetryTests(RedisServer redis) : RiderSpecification(redis)
{
    private readonly ConcurrentQueue<Activity> _ended = new();

    [Fact]
    public async Task MassTransits_activities_go_on_from_the_workers_within_the_producers_trace()
    {
        using var listener = Listen("MassTransit", BullMQTelemetry.SourceName);
        await Start<OrderConsumer>();
        using var request = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start();

        await Reaches(await Add(), JobState.Completed);

        var trace = await Trace(request.TraceId, 4);
        var add = trace.Single(activity => activity.DisplayName.StartsWith("add ", StringComparison.Ordinal));
        var process = trace.Single(activity => activity.DisplayName == $"process {Queue.Name}");
        var receive = trace.Single(activity => activity.DisplayName == $"{Queue.Name} receive");
        var consume = trace.Single(activity => activity.DisplayName == $"{Queue.Name} process");
        (add.ParentSpanId, process.ParentSpanId, receive.ParentSpanId, consume.ParentSpanId).ShouldBe((request.SpanId, add.SpanId, process.SpanId, receive.SpanId));
    }

    [Fact]
    public async Task Where_only_MassTransit_is_traced_its_activities_continue_the_jobs_trace()
    {
        using var listener = Listen("MassTransit");
        await Start<OrderConsumer>();
        const string Node = """{"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}""";

        await Reaches(await Add(new JobOptions { Telemetry = new JobTelemetry { Metadata = Node } }), JobState.Completed);

        var trace = await Trace(ActivityTraceId.CreateFromString("0af7651916cd43dd8448eb211c80319c"), 2);
        var receive = trace.Single(activity => activity.DisplayName == $"{Queue.Name} receive");
        (receive.ParentSpanId.ToHexString(), receive.HasRemoteParent).ShouldBe(("b7ad6b7169203331", true));
        trace.Single(activity => activity.DisplayName == $"{Queue.Name} process").ParentSpanId.ShouldBe(receive.SpanId);
    }

    [Theory]
    [InlineData("no JSON")]
    [InlineData("[]")]
    [InlineData("""{"traceparent":5}""")]
    [InlineData("""{"traceparent":"00-zz"}""")]
    public async Task A_trace_context_that_is_none_costs_the_job_nothing(string metadata)
    {
        using var listener = Listen("MassTransit");
        await Start<OrderConsumer>();

        await Reaches(await Add(new JobOptions { Telemetry = new JobTelemetry { Metadata = metadata } }), JobState.Completed);
    }

    [Fact]
    public async Task The_workers_activity_says_nothing_of_results_and_errors_where_the_endpoint_wants_it_so()
    {
        using var listener = Listen(BullMQTelemetry.SourceName, "MassTransit");
        Calls.Do = _ => throw new InvalidOperationException("hidden");
        await Start<OrderConsumer>(e => e.TraceOutcomes = false);
        using var request = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start();

        (await Reaches(await Add(), JobState.Failed)).FailedReason.ShouldBe("hidden");

        var trace = await Trace(request.TraceId, 4);
        var process = trace.Single(activity => activity.DisplayName == $"process {Queue.Name}");
        (process.Status, process.StatusDescription).ShouldBe((ActivityStatusCode.Error, null));
        process.Events.SelectMany(told => told.Tags).ShouldBeEmpty();
        trace.ShouldAllBe(activity => !TextOf(activity).Contains("hidden"));
        trace.Where(activity => activity.Source.Name == "MassTransit").ShouldAllBe(activity => TextOf(activity).Contains("InvalidOperationException"));
    }

    [Fact]
    public async Task What_a_concealed_error_means_to_the_queue_holds_all_the_same()
    {
        Calls.Do = _ => throw new UnrecoverableError("for good");
        await Start<OrderConsumer>(e => e.TraceOutcomes = false);

        var job = await Reaches(await Add(new JobOptions { Attempts = 3 }), JobState.Failed);

        (job.AttemptsMade, job.FailedReason).ShouldBe((1, "for good"));
    }

    private static string TextOf(Activity activity) => string.Join('\n', activity.TagObjects.Concat(activity.Events.SelectMany(told => told.Tags))
        .Select(tag => tag.Value?.ToString()).Append(activity.StatusDescription).Append(activity.DisplayName));

    private ActivityListener Listen(params string[] sources)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => sources.Contains(source.Name),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private Task<List<Activity>> Trace(ActivityTraceId traceId, int length) =>
        Eventually.Get(() => _ended.Where(activity => activity.TraceId == traceId).ToList(), trace => trace.Count >= length);
}
