using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.Interop.Tests;

/// <summary>A worker's process of one side is killed; a worker of the other side recovers its job.</summary>
public class CrashTests(InteropServers servers) : InteropSpecification(servers)
{
    [Theory, MemberData(nameof(Versions))]
    public async Task The_job_of_a_killed_Node_worker_is_recovered_here(int version)
    {
        var job = await Add();
        await Node(version).ListenAsync();
        await using var victim = NodeVictim(version, "hang");
        await Eventually.True(() => victim.Lines.Contains($"taken {job.Id}"));

        victim.Signal("KILL");
        await StartWorker("echo", new WorkerOptions { StalledInterval = TimeSpan.FromMilliseconds(300), LockDuration = TimeSpan.FromSeconds(10) });

        var done = await Reaches(job.Id, JobState.Completed);
        done.StalledCounter.ShouldBe(1);
        done.AttemptsStarted.ShouldBe(2);
        await Eventually.Get(() => Node(version).EventsAsync(), events => events.Any(seen => (string)seen!["event"]! == "stalled"));
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task The_job_of_our_killed_worker_is_recovered_by_Node(int version)
    {
        await using var events = new QueueEvents(Queue.Name, Redis.Connection);
        var stalled = new List<string>();
        using var subscription = events.On<StalledEvent>(told => stalled.Add(told.JobId));
        await events.StartAsync();
        var job = await Add();
        await using var victim = OurVictim("hang");
        await Eventually.True(() => victim.Lines.Contains($"taken {job.Id}"));

        victim.Signal("KILL");
        await Node(version).StartWorkerAsync("echo", new JsonObject { ["stalledInterval"] = 300 });

        var done = await Reaches(job.Id, JobState.Completed);
        done.StalledCounter.ShouldBe(1);
        done.AttemptsStarted.ShouldBe(2);
        Json.Text(done.ReturnValue!.Value).ShouldBe("""{"echo":{"n":1}}""");
        await Eventually.Get(() => stalled.Count, count => count == 1);
    }

    [Fact]
    public async Task Of_2000_jobs_that_both_sides_share_while_workers_of_both_are_killed_all_complete_and_only_what_the_killed_had_is_repeated()
    {
        const int Jobs = 2000;
        await Node(6).ReadyAsync();
        await Queue.PauseAsync();
        await Queue.AddBulkAsync(Enumerable.Range(0, Jobs).Select(i => new NewJob("work", Json.Bytes($"{i}"))));
        await Node(6).StartWorkerAsync("slow", new JsonObject { ["concurrency"] = 10, ["stalledInterval"] = 300, ["maxStalledCount"] = 10 });
        var runs = new ConcurrentDictionary<string, int>();
        await StartWorker(async (job, ct) =>
        {
            runs.AddOrUpdate(job.Id, 1, (_, count) => count + 1);
            await Task.Delay(20, ct);
            return job.Data;
        }, new WorkerOptions { Concurrency = 10, StalledInterval = TimeSpan.FromMilliseconds(300), MaxStalledCount = 10 });
        await using var theirs = NodeVictim(6, "slow");
        await using var ours = OurVictim("slow");
        await Eventually.Get(() => Queue.GetWorkersAsync(), workers => workers.Count == 4);

        await Queue.ResumeAsync();
        await Task.WhenAll(Kill(theirs), Kill(ours));

        await Eventually.Get(() => Queue.GetJobCountsAsync(), counts => counts[JobState.Completed] == Jobs);
        var done = await Queue.GetJobsAsync([JobState.Completed]);
        done.Select(job => int.Parse(Json.Text(job.ReturnValue!.Value), CultureInfo.InvariantCulture)).Order().ShouldBe(Enumerable.Range(0, Jobs));
        done.ShouldAllBe(job => job.AttemptsMade == 1 && job.AttemptsStarted == 1 + job.StalledCounter);
        // Two processes were killed, with ten jobs each at most.
        done.Count(job => job.AttemptsStarted > 1).ShouldBeInRange(1, 20);
        runs.Values.ShouldAllBe(count => count == 1);
        (await Queue.GetJobCountsAsync()).Where(count => count.Value > 0).ShouldHaveSingleItem();
    }

    private static async Task Kill(ServerProcess victim)
    {
        await Eventually.Get(() => victim.Lines.Count, count => count >= 20);
        victim.Signal("KILL");
    }

    private ServerProcess NodeVictim(int version, string how) => new("node",
        ["victim.mjs", Redis.Port.ToString(CultureInfo.InvariantCulture), version.ToString(CultureInfo.InvariantCulture), Queue.Name, how], NodeProcess.Folder);

    private ServerProcess OurVictim(string how) => new("dotnet",
        [Path.Combine(AppContext.BaseDirectory, "WorkflowAspire.Interop.Victim.dll"), Redis.Port.ToString(CultureInfo.InvariantCulture), Queue.Name, how]);
}
