using System.Text.Json.Nodes;

namespace WorkflowAspire.Interop.Tests;

/// <summary>Producers and workers of both sides share one deduplication.</summary>
public class DeduplicationTests(InteropServers servers) : InteropSpecification(servers)
{
    private static readonly JobOptions Kind = new() { Deduplication = new DeduplicationOptions("kind") };
    private static readonly JobOptions KeepLast = new() { Deduplication = new DeduplicationOptions("kind") { KeepLastIfActive = true } };

    [Theory, MemberData(nameof(Versions))]
    public async Task Each_side_keeps_out_what_the_other_added(int version)
    {
        var ours = await Add(Kind);
        (await Node(version).AddAsync(1, NodeOptions.Of(Kind))).ShouldBe(ours.Id);
        (await Node(version).CallAsync("getDeduplicationJobId", "kind"))!.GetValue<string>().ShouldBe(ours.Id);

        (await Node(version).CallAsync("removeDeduplicationKey", "kind"))!.GetValue<int>().ShouldBe(1);
        var theirs = await Node(version).AddAsync(2, NodeOptions.Of(Kind));
        theirs.ShouldNotBe(ours.Id);
        (await Add(Kind)).Id.ShouldBe(theirs);
        (await Queue.GetDeduplicationJobIdAsync("kind")).ShouldBe(theirs);
        (await Queue.GetJobAsync(theirs))!.DeduplicationId.ShouldBe("kind");
    }

    [Fact]
    public async Task A_job_that_BullMQ_5_debounces_keeps_ours_out()
    {
        var theirs = await Node(5).AddAsync(1, new JsonObject { ["debounce"] = new JsonObject { ["id"] = "kind", ["ttl"] = 3_600_000 } });

        (await Add(Kind)).Id.ShouldBe(theirs);
        var job = (await Queue.GetJobAsync(theirs))!;
        job.DeduplicationId.ShouldBe("kind");
        job.Options.Deduplication.ShouldBe(new DeduplicationOptions("kind") { Ttl = TimeSpan.FromHours(1) });
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Our_worker_adds_what_Nodes_producer_had_kept(int version)
    {
        var mayEnd = new TaskCompletionSource();
        await StartWorker(async (job, _) =>
        {
            await mayEnd.Task;
            return job.Data;
        });
        var first = await Node(version).AddAsync(1, NodeOptions.Of(KeepLast));
        await Reaches(first, JobState.Active);
        for (var i = 2; i <= 4; i++) (await Node(version).AddAsync(i, NodeOptions.Of(KeepLast))).ShouldBe(first);

        mayEnd.SetResult();

        Json.Text((await Reaches("4", JobState.Completed)).ReturnValue!.Value).ShouldBe("4");
        (await Queue.GetJobCountsAsync())[JobState.Completed].ShouldBe(2);
        (await Queue.GetDeduplicationJobIdAsync("kind")).ShouldBeNull();
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Nodes_worker_adds_what_our_producer_had_kept(int version)
    {
        var first = await Add(KeepLast, "1");

        await Node(version).ProcessWhileAsync("echo", 2, async () =>
        {
            for (var i = 2; i <= 4; i++) (await Add(KeepLast, $"{i}")).Id.ShouldBe(first.Id);
        });

        Json.Text((await Reaches("4", JobState.Completed)).ReturnValue!.Value).ShouldBe("""{"echo":4}""");
        (await Queue.GetDeduplicationJobIdAsync("kind")).ShouldBeNull();
    }
}
