using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests;

/// <summary>The trace that a job carries from its producer to its worker, and what is counted.</summary>
public class TelemetryTests(RedisServer redis) : QueueSpecification(redis)
{
    private readonly ConcurrentQueue<Activity> _ended = new();

    [Fact]
    public async Task A_job_is_processed_in_the_trace_of_whoever_added_it()
    {
        using var listener = Listen();
        Activity? within = null;
        await StartWorker((_, _) =>
        {
            within = Activity.Current;
            return Task.FromResult(Json("""{"n":2}"""));
        }, new WorkerOptions { Name = "net" });
        using var request = new Activity("request").AddBaggage("tenant", "a b").SetIdFormat(ActivityIdFormat.W3C).Start();
        request.TraceStateString = "vendor=1";

        var job = await Add();
        request.Stop();

        var process = await Ended("process");
        var add = _ended.Single(activity => activity.Kind == ActivityKind.Producer);
        (add.DisplayName, add.ParentSpanId).ShouldBe(($"add {Queue.Name}.work", request.SpanId));
        Tags(add).ShouldBe(new Dictionary<string, object?>
        {
            ["bullmq.queue.name"] = Queue.Name,
            ["bullmq.queue.operation"] = "add",
            ["bullmq.job.name"] = "work",
            ["bullmq.job.id"] = job.Id,
        }, ignoreOrder: true);
        (process.DisplayName, process.Kind, process.HasRemoteParent).ShouldBe(($"process {Queue.Name}", ActivityKind.Consumer, true));
        (process.TraceId, process.ParentSpanId, process.TraceStateString).ShouldBe((request.TraceId, add.SpanId, "vendor=1"));
        process.GetBaggageItem("tenant").ShouldBe("a b");
        within.ShouldBe(process);
        var tags = Tags(process);
        (tags["bullmq.queue.operation"], tags["bullmq.job.id"], tags["bullmq.job.name"], tags["bullmq.worker.name"], tags["bullmq.job.attempts.made"])
            .ShouldBe(("process", job.Id, "work", "net", 1));
        tags.Keys.ShouldContain("bullmq.worker.id");
        tags.Keys.ShouldContain("bullmq.job.processed.timestamp");
        tags.Keys.ShouldContain("bullmq.job.attempt_finished_timestamp");
        process.Events.Single().Tags.ShouldBe([new("bullmq.job.result", """{"n":2}""")]);
    }

    [Fact]
    public async Task What_a_job_carries_is_the_propagation_headers_as_JSON_text()
    {
        using var listener = Listen();

        var job = await Add();

        var add = _ended.Single();
        using var opts = JsonDocument.Parse((string)(await Redis.Connection.GetDatabase().HashGetAsync(Key(job.Id), "opts"))!);
        opts.RootElement.GetProperty("tm").GetString().ShouldBe($$"""{"traceparent":"{{add.Id}}"}""");
        (await Queue.GetJobAsync(job.Id))!.Options.Telemetry?.Metadata.ShouldBe(job.Options.Telemetry?.Metadata);
    }

    [Fact]
    public async Task Without_listener_and_activity_a_job_carries_nothing()
    {
        Activity.Current = null;

        var job = await Add(new JobOptions { Telemetry = new JobTelemetry { OmitContext = true } });
        await Queue.AddBulkAsync([new NewJob("work", Json("1"))]);

        foreach (var stored in await Queue.GetJobsAsync([JobState.Waiting])) stored.Options.Telemetry?.Metadata.ShouldBeNull();
        (await Queue.GetJobAsync(job.Id))!.Options.Telemetry!.OmitContext.ShouldBe(true);
        ((string)(await Redis.Connection.GetDatabase().HashGetAsync(Key(job.Id), "opts"))!).ShouldBe("""{"attempts":0,"omc":true}""");
    }

    [Fact]
    public async Task An_activity_of_the_program_is_carried_on_though_nobody_listens_to_this_library()
    {
        using var request = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start();

        (await Add()).Options.Telemetry?.Metadata.ShouldBe($$"""{"traceparent":"{{request.Id}}"}""");
    }

    [Fact]
    public async Task A_job_that_omits_the_context_begins_a_trace_of_its_own()
    {
        using var listener = Listen();
        using var request = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start();
        await StartWorker();

        await Add(new JobOptions { Telemetry = new JobTelemetry { OmitContext = true } });

        var process = await Ended("process");
        (process.ParentId, process.TraceId == request.TraceId).ShouldBe((null, false));
        _ended.Single(activity => activity.Kind == ActivityKind.Producer).TraceId.ShouldBe(request.TraceId);
    }

    [Fact]
    public async Task Jobs_that_are_added_together_share_one_producer_unless_they_bring_a_trace_along()
    {
        using var listener = Listen();
        const string Own = """{"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}""";

        var jobs = await Queue.AddBulkAsync([new NewJob("a", Json("1")), new NewJob("b", Json("2"), new JobOptions { Telemetry = new JobTelemetry { Metadata = Own } })]);

        var add = _ended.ShouldHaveSingleItem();
        add.DisplayName.ShouldBe($"addBulk {Queue.Name}");
        add.GetTagItem("bullmq.job.bulk.count").ShouldBe(2);
        add.GetTagItem("bullmq.job.bulk.names").ShouldBeOfType<string[]>().ShouldBe(["a", "b"]);
        jobs.Select(job => job.Options.Telemetry?.Metadata).ShouldBe([$$"""{"traceparent":"{{add.Id}}"}""", Own]);
    }

    [Theory]
    [InlineData("""{"attempts":2,"tm":{"traceparent":"x"}}""")]
    [InlineData("""{"attempts":2,"tm":7,"omc":"yes"}""")]
    [InlineData("""{"attempts":2,"tm":"no JSON"}""")]
    [InlineData("""{"attempts":2,"tm":"[1]"}""")]
    [InlineData("""{"attempts":2,"tm":"{\"traceparent\":\"00-zz-1\",\"baggage\":5}"}""")]
    public async Task A_trace_context_that_is_none_costs_the_job_nothing(string opts)
    {
        using var listener = Listen();
        await Queue.PauseAsync();
        var job = await Add();
        await Redis.Connection.GetDatabase().HashSetAsync(Key(job.Id), "opts", opts);
        await Queue.ResumeAsync();

        await StartWorker();

        (await Reaches(job, JobState.Completed)).Options.Attempts.ShouldBe(2);
        (await Ended("process")).ParentId.ShouldBeNull();
    }

    [Fact]
    public async Task A_failed_attempt_says_so()
    {
        using var listener = Listen();
        await StartWorker((_, _) => throw new InvalidOperationException("broken"));

        await Add();

        var process = await Ended("process");
        (process.Status, process.StatusDescription).ShouldBe((ActivityStatusCode.Error, "broken"));
        process.Events.Select(told => told.Name).ShouldBe(["exception", "job failed"]);
        process.Events.Last().Tags.ShouldBe([new("bullmq.job.failed.reason", "broken")]);
    }

    [Fact]
    public async Task What_jobs_return_and_what_their_errors_say_can_be_left_out_of_traces()
    {
        using var listener = Listen();
        await StartWorker((job, _) => Text(job.Data) == "1" ? Task.FromResult(Json("\"hidden\"")) : throw new InvalidOperationException("hidden"),
            new WorkerOptions { TraceOutcomes = false });

        await Add(data: "1");
        await Add(data: "2");

        await Eventually.Get(() => _ended.Count(activity => activity.Kind == ActivityKind.Consumer), count => count == 2);
        var process = _ended.Where(activity => activity.Kind == ActivityKind.Consumer).ToList();
        process.ShouldAllBe(activity => activity.StatusDescription == null && activity.Events.All(told => !told.Tags.Any()));
        process.SelectMany(activity => activity.Events).Select(told => told.Name).ShouldBe(["job completed", "job failed"]);
        process.SelectMany(activity => activity.TagObjects).ShouldAllBe(tag => !$"{tag.Value}".Contains("hidden"));
        (process[1].Status, process[1].GetTagItem("error.type")).ShouldBe((ActivityStatusCode.Error, "System.InvalidOperationException"));
    }

    [Fact]
    public async Task The_record_of_an_attempts_end_is_within_its_trace()
    {
        using var listener = Listen();
        await StartWorker((job, _) => Text(job.Data) == "0" ? Task.FromResult(Json("1")) : throw new InvalidOperationException("no"));

        await Add(data: "0");
        await Add(new JobOptions { Attempts = 2 }, "1");
        await Add(new JobOptions { Attempts = 2, Backoff = BackoffOptions.Fixed(TimeSpan.FromHours(1)) }, "2");

        await Eventually.Get(() => _ended.Count(activity => activity.Kind == ActivityKind.Internal), count => count == 4);
        var process = _ended.Where(activity => activity.Kind == ActivityKind.Consumer).ToDictionary(activity => activity.SpanId);
        var records = _ended.Where(activity => activity.Kind == ActivityKind.Internal).ToList();
        records.Select(record => record.DisplayName).ShouldBe([$"complete {Queue.Name}", $"retry {Queue.Name}", $"fail {Queue.Name}", $"delay {Queue.Name}"], ignoreOrder: true);
        records.ShouldAllBe(record => process[record.ParentSpanId].TraceId == record.TraceId
            && Equals(process[record.ParentSpanId].GetTagItem("bullmq.job.id"), record.GetTagItem("bullmq.job.id")));
    }

    [Fact]
    public async Task What_is_done_to_a_queue_is_traced_under_Nodes_names()
    {
        var job = await Add();
        using var listener = Listen();

        await Queue.PauseAsync();
        await Queue.UpdateJobProgressAsync(job.Id, 7);
        await Queue.ResumeAsync();
        await Queue.RateLimitAsync(TimeSpan.FromMilliseconds(5));
        await Queue.RemoveDeduplicationKeyAsync("kind");
        await Queue.PromoteJobsAsync();
        await Queue.RetryJobsAsync();
        await Queue.CleanAsync(TimeSpan.FromSeconds(9), 3, JobState.Failed);
        await Queue.RemoveJobAsync(job.Id);
        await Queue.DrainAsync(delayed: true);
        await Queue.TrimEventsAsync(5);
        await Queue.ObliterateAsync();

        string[] operations = ["pause", "updateJobProgress", "resume", "rateLimit", "removeDeduplicationKey", "promoteJobs", "retryJobs", "clean", "remove", "drain", "trimEvents", "pause", "obliterate"];
        _ended.Select(activity => activity.DisplayName).ShouldBe(operations.Select(operation => $"{operation} {Queue.Name}"));
        _ended.ShouldAllBe(activity => Equals(activity.GetTagItem("bullmq.queue.name"), Queue.Name));
        Tags(_ended.Single(activity => activity.DisplayName == $"clean {Queue.Name}")).ShouldContain(new KeyValuePair<string, object?>("bullmq.queue.grace", 9000L));
    }

    [Fact]
    public async Task An_operation_that_is_refused_says_so()
    {
        using var listener = Listen();
        var job = (await Queue.UpsertJobSchedulerAsync("s", new RepeatOptions { Every = TimeSpan.FromHours(1) }))!;

        await Should.ThrowAsync<JobRefusedException>(() => Queue.RemoveJobAsync(job.Id));

        _ended.Last().Status.ShouldBe(ActivityStatusCode.Error);
    }

    [Fact]
    public async Task A_flow_is_one_trace_from_its_producer_to_its_last_job()
    {
        using var listener = Listen();
        await StartWorker();
        using var request = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start();

        var flow = await new FlowProducer(Redis.Connection).AddAsync(new FlowJob("parent", Queue.Name) { Children = [new FlowJob("child", Queue.Name)] });
        request.Stop();

        await Reaches(flow.Job, JobState.Completed);
        await Eventually.Get(() => _ended.Count(activity => activity.Kind == ActivityKind.Consumer), count => count == 2);
        _ended.ShouldAllBe(activity => activity.TraceId == request.TraceId);
        var add = _ended.Single(activity => activity.DisplayName == $"addFlow {Queue.Name}");
        (add.ParentSpanId, add.GetTagItem("bullmq.flow.name")).ShouldBe((request.SpanId, "parent"));
        var nodes = _ended.Where(activity => activity.DisplayName == $"addNode {Queue.Name}").ToList();
        nodes.ShouldAllBe(node => node.ParentSpanId == add.SpanId);
        _ended.Where(activity => activity.Kind == ActivityKind.Consumer).Select(process => process.ParentSpanId).ShouldBe(nodes.Select(node => node.SpanId), ignoreOrder: true);
    }

    [Fact]
    public async Task A_scheduler_and_all_its_jobs_are_one_trace()
    {
        using var listener = Listen();
        using var request = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start();
        await Queue.UpsertJobSchedulerAsync("s", new RepeatOptions { Every = TimeSpan.FromMilliseconds(20), Limit = 3 });
        request.Stop();

        await StartWorker();

        await Eventually.Get(() => _ended.Count(activity => activity.Kind == ActivityKind.Consumer), count => count == 3);
        var adds = _ended.Where(activity => activity.Kind == ActivityKind.Producer).ToList();
        adds.Count.ShouldBe(3);
        adds.ShouldAllBe(add => add.DisplayName == $"add {Queue.Name}.s" && add.TraceId == request.TraceId && Equals(add.GetTagItem("bullmq.job.scheduler.id"), "s"));
        var processed = _ended.Where(activity => activity.Kind == ActivityKind.Consumer).ToList();
        processed.ShouldAllBe(process => process.ParentSpanId == adds[0].SpanId);
        adds.Select(add => add.GetTagItem("bullmq.job.id")).ShouldBe(processed.Select(process => process.GetTagItem("bullmq.job.id")));
        (await Queue.GetJobSchedulerAsync("s"))!.Template.Options?.Telemetry.ShouldBeNull();
    }

    [Fact]
    public async Task The_jobs_of_a_scheduler_that_nobody_traced_carry_the_trace_of_the_worker_that_adds_them()
    {
        await Queue.UpsertJobSchedulerAsync("s", new RepeatOptions { Every = TimeSpan.FromMilliseconds(20), Limit = 3 });
        using var listener = Listen();

        await StartWorker();

        await Eventually.Get(() => _ended.Count(activity => activity.Kind == ActivityKind.Consumer), count => count == 3);
        var adds = _ended.Where(activity => activity.Kind == ActivityKind.Producer).ToList();
        adds.Select(add => add.ParentSpanId).ShouldBe([default, adds[0].SpanId]);
        _ended.Where(activity => activity.Kind == ActivityKind.Consumer).Select(process => process.ParentSpanId).ShouldBe([default, adds[0].SpanId, adds[0].SpanId]);
    }

    [Fact]
    public async Task What_a_program_does_by_hand_is_traced_and_counted()
    {
        using var completed = new MetricCollector<long>(null, BullMQTelemetry.MeterName, "bullmq.jobs.completed");
        using var failed = new MetricCollector<long>(null, BullMQTelemetry.MeterName, "bullmq.jobs.failed");
        using var waiting = new MetricCollector<long>(null, BullMQTelemetry.MeterName, "bullmq.jobs.waiting");
        using var delayed = new MetricCollector<long>(null, BullMQTelemetry.MeterName, "bullmq.jobs.delayed");
        for (var i = 0; i < 2; i++) await Add();
        using var listener = Listen();
        await using var worker = new Worker(Queue.Name, null, Redis.Connection, new WorkerOptions { Name = "hand" });

        await (await worker.GetNextJobAsync("t"))!.MoveToWaitAsync();
        await (await worker.GetNextJobAsync("t"))!.MoveToCompletedAsync(default, "t", fetchNext: false);
        var second = (await worker.GetNextJobAsync("t"))!;
        await second.MoveToDelayedAsync(DateTimeOffset.UtcNow);
        await (await worker.GetNextJobAsync("t"))!.MoveToFailedAsync(new FormatException("no"), "t");

        string[] operations = ["getNextJob", "getNextJob", "complete", "getNextJob", "getNextJob", "fail"];
        _ended.Select(activity => activity.DisplayName).ShouldBe(operations.Select(operation => $"{operation} {Queue.Name}"));
        _ended.ShouldAllBe(activity => activity.GetTagItem("bullmq.job.id") != null);
        (Of(completed).Count, Of(failed).Count, Of(waiting).Count, Of(delayed).Count).ShouldBe((1, 1, 1, 1));
    }

    [Fact]
    public async Task A_parent_that_parks_for_its_children_is_counted()
    {
        using var parked = new MetricCollector<long>(null, BullMQTelemetry.MeterName, "bullmq.jobs.waiting_children");
        await StartWorker(async (job, ct) =>
        {
            if (job.Name != "parent" || job.AttemptsStarted > 1) return Json("null");
            await Queue.AddAsync("child", Json("1"), new JobOptions { Parent = new ParentOptions(job.Id, job.QueueQualifiedName) }, ct);
            return await job.MoveToWaitingChildrenAsync(ct: ct) ? throw new WaitingChildrenError() : Json("null");
        });

        await Reaches(await Queue.AddAsync("parent", Json("1")), JobState.Completed);

        Of(parked).Single().Tags["bullmq.job.state"].ShouldBe("waiting-children");
    }

    [Fact]
    public async Task Outcomes_are_counted_once_recorded()
    {
        using var completed = new MetricCollector<long>(null, BullMQTelemetry.MeterName, "bullmq.jobs.completed");
        using var failed = new MetricCollector<long>(null, BullMQTelemetry.MeterName, "bullmq.jobs.failed");
        using var delayed = new MetricCollector<long>(null, BullMQTelemetry.MeterName, "bullmq.jobs.delayed");
        using var retried = new MetricCollector<long>(null, BullMQTelemetry.MeterName, "bullmq.jobs.retried");
        using var durations = new MetricCollector<double>(null, BullMQTelemetry.MeterName, "bullmq.job.duration");
        using var jobs = new MetricCollector<long>(null, BullMQTelemetry.MeterName, "bullmq.queue.jobs");
        await StartWorker((job, _) => Text(job.Data) == "1" ? Task.FromResult(Json("1")) : throw new InvalidOperationException("no"));

        await Add(data: "1");
        await Add(new JobOptions { Attempts = 2 }, "2");
        await Add(new JobOptions { Attempts = 2, Backoff = BackoffOptions.Fixed(TimeSpan.FromMilliseconds(10)) }, "3");

        await Eventually.Get(() => Of(durations).Count, count => count == 5);
        (Of(completed).Count, Of(failed).Count, Of(retried).Count, Of(delayed).Count).ShouldBe((1, 2, 1, 1));
        Of(completed).Single().Tags.ShouldBe(new Dictionary<string, object?>
        {
            ["bullmq.queue.name"] = Queue.Name,
            ["bullmq.job.name"] = "work",
            ["bullmq.job.state"] = "completed",
        }, ignoreOrder: true);
        await Queue.RecordJobCountsMetricAsync();
        Of(jobs).Where(measured => measured.Value > 0).Select(measured => ((string?)measured.Tags["bullmq.queue.jobs.state"], measured.Value))
            .ShouldBe([("completed", 1), ("failed", 2)], ignoreOrder: true);
    }

    private List<CollectedMeasurement<T>> Of<T>(MetricCollector<T> collector)
        where T : struct => [.. collector.GetMeasurementSnapshot().Where(measured => (string?)measured.Tags["bullmq.queue.name"] == Queue.Name)];

    // Other tests run meanwhile: only what is of this queue is sampled, and what others' listeners sample is none of ours.
    private ActivityListener Listen()
    {
        Activity.Current = null;
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == BullMQTelemetry.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                options.Name.Contains(Queue.Name, StringComparison.Ordinal) ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
            ActivityStopped = activity =>
            {
                if (activity.DisplayName.Contains(Queue.Name, StringComparison.Ordinal)) _ended.Enqueue(activity);
            },
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private async Task<Activity> Ended(string operation)
    {
        bool IsIt(Activity activity) => (string?)activity.GetTagItem("bullmq.queue.operation") == operation;
        await Eventually.True(() => _ended.Any(IsIt));
        return _ended.Single(IsIt);
    }

    private static Dictionary<string, object?> Tags(Activity activity) => activity.TagObjects.ToDictionary(tag => tag.Key, tag => tag.Value);
}
