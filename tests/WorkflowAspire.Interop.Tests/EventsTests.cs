using System.Text.Json.Nodes;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.Interop.Tests;

/// <summary>Nodes QueueEvents and ours listen to one queue.</summary>
public class EventsTests(InteropServers servers) : InteropSpecification(servers)
{
    [Theory, MemberData(nameof(Versions))]
    public async Task Both_sides_hear_the_same_whoever_does_it(int version)
    {
        await Node(version).HearAsync("mine");
        await using var events = new QueueEvents(Queue.Name, Redis.Connection, new QueueEventsOptions { LastEventId = "0" });
        var told = new List<QueueEvent>();
        using var subscription = events.On<QueueEvent>(told.Add);
        await events.StartAsync();

        await NodeDoesEverything(Node(version));
        await WeDoEverything();
        var last = await new QueueEventsProducer(Queue.Name, Redis.Connection).PublishEventAsync("mine", [new("jobId", "ünï ✓")]);

        await Eventually.True(() => events.LastEventId == last);
        var heard = await Eventually.Get(() => Node(version).HeardAsync(), seen => (string)seen[^1]!["id"]! == last);
        await Node(version).HearNoMoreAsync();
        told.Select(one => $"{one.Id} {one.Name} {(one as JobEvent)?.JobId ?? (one as CustomEvent)?["jobId"]}")
            .ShouldBe(heard.Select(one => $"{one!["id"]} {one["event"]} {one["args"]!["jobId"]}"));
        Type[] expected =
        [
            typeof(AddedEvent), typeof(WaitingEvent), typeof(ActiveEvent), typeof(CompletedEvent), typeof(FailedEvent), typeof(ProgressEvent),
            typeof(DelayedEvent), typeof(RemovedEvent), typeof(DrainedEvent), typeof(PausedEvent), typeof(ResumedEvent), typeof(DuplicatedEvent),
            typeof(DeduplicatedEvent), typeof(RetriesExhaustedEvent), typeof(WaitingChildrenEvent), typeof(CleanedEvent), typeof(CustomEvent),
        ];
        told.Select(one => one.GetType()).Distinct().ShouldBe(version == 5 ? [.. expected, typeof(DebouncedEvent)] : expected, ignoreOrder: true);
        told.OfType<CustomEvent>().ShouldAllBe(one => one.Name == "mine");
        Json.Text(told.OfType<ProgressEvent>().Single().Data).ShouldBe("""{"percent":50}""");
        told.OfType<CleanedEvent>().Single().Count.ShouldBe(1);
        var deduplicated = told.OfType<DeduplicatedEvent>().Single();
        (deduplicated.DeduplicationId, deduplicated.JobId, deduplicated.DeduplicatedJobId).ShouldBe(("kind", "first", "second"));
        // Node reads these with their types.
        foreach (var (ours, theirs) in told.Zip(heard))
        {
            if (ours is CompletedEvent completed) JsonNode.DeepEquals(JsonNode.Parse(Json.Text(completed.ReturnValue)), theirs!["args"]!["returnvalue"]).ShouldBeTrue();
            if (ours is DelayedEvent delayed) delayed.Until.ToUnixTimeMilliseconds().ShouldBe((long)theirs!["args"]!["delay"]!);
            if (ours is FailedEvent failed) failed.FailedReason.ShouldBe((string?)theirs!["args"]!["failedReason"]);
        }
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Each_side_waits_for_a_job_that_the_other_finishes(int version)
    {
        await using var events = new QueueEvents(Queue.Name, Redis.Connection);
        await Node(version).StartWorkerAsync("echo");
        Json.Text(await (await Add(data: "\"ours\"")).WaitUntilFinishedAsync(events)).ShouldBe("""{"echo":"ours"}""");
        await Node(version).CloseWorkerAsync();

        await StartWorker("echo");
        ((string?)(await Node(version).AddAndWaitAsync("theirs"))["result"]!["echo"]).ShouldBe("theirs");
    }

    private static async Task NodeDoesEverything(NodeQueue node)
    {
        await node.AddAsync(1, new JsonObject { ["jobId"] = "done" });
        await node.AddAsync(1, new JsonObject { ["jobId"] = "done" });
        await node.AddAsync(1, new JsonObject { ["jobId"] = "first", ["delay"] = 3_600_000, ["deduplication"] = new JsonObject { ["id"] = "kind" } });
        await node.AddAsync(1, new JsonObject { ["jobId"] = "second", ["deduplication"] = new JsonObject { ["id"] = "kind" } });
        await node.CallJobAsync("done", "updateProgress", new JsonObject { ["percent"] = 50 });
        await node.ProcessAsync("echo");
        await node.CallAsync("clean", 0, 10, "completed");
        await node.AddAsync("ünï ✓", new JsonObject { ["attempts"] = 2 });
        await node.ProcessAsync("fail", attempts: 2);
        await node.PauseAsync();
        await node.ResumeAsync();
        await node.RemoveAsync("first");
        await node.AddFlowAsync();
        await node.ProcessAsync("nothing", attempts: 3);
        await node.PublishAsync(new JsonObject { ["eventName"] = "mine", ["jobId"] = "a\nb" });
    }

    private async Task WeDoEverything()
    {
        var worker = await StartWorker("failB");
        var done = await Add(new JobOptions { JobId = "ours" }, """{"ünï":["✓"]}""");
        await Add(new JobOptions { JobId = "ours" });
        await Reaches(done.Id, JobState.Completed);
        await Add(new JobOptions { JobId = "later", Delay = TimeSpan.FromHours(1) });
        await Queue.RemoveJobAsync("later");
        await Queue.RemoveJobAsync("b");
        await Add(new JobOptions { JobId = "b", Attempts = 2 });
        await Reaches("b", JobState.Failed);
        await Queue.PauseAsync();
        await Queue.ResumeAsync();
        await worker.CloseAsync();
    }
}
