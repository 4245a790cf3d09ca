using System.Globalization;
using System.Text.Json.Nodes;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.Interop.Tests;

/// <summary>A worker of one side is killed; one of the other side recovers its job.</summary>
public class CrashTests(InteropServers servers) : InteropSpecification(servers)
{
    [Theory, MemberData(nameof(Versions))]
    public async Task The_job_of_a_killed_Node_worker_is_recovered_here(int version)
    {
        var job = await Add();
        await Node(version).ListenAsync();
        await using var victim = new ServerProcess("node",
            ["victim.mjs", Redis.Port.ToString(CultureInfo.InvariantCulture), version.ToString(CultureInfo.InvariantCulture), Queue.Name], NodeProcess.Folder);
        await Eventually.True(() => victim.Lines.Contains($"taken {job.Id}"));

        victim.Signal("KILL");
        await StartWorker("echo", new WorkerOptions { StalledInterval = TimeSpan.FromMilliseconds(300), LockDuration = TimeSpan.FromSeconds(10) });

        var done = await Reaches(job.Id, JobState.Completed);
        done.StalledCounter.ShouldBe(1);
        done.AttemptsStarted.ShouldBe(2);
        await Eventually.Get(() => Node(version).EventsAsync(), events => events.Any(seen => (string)seen!["event"]! == "stalled"));
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task The_job_of_our_vanished_worker_is_recovered_by_Node(int version)
    {
        var job = await Add();
        var worker = await StartWorker(async (_, ct) =>
        {
            await Task.Delay(Timeout.Infinite, ct);
            return default;
        }, new WorkerOptions { LockDuration = TimeSpan.FromHours(1), StalledInterval = TimeSpan.FromMilliseconds(300) });
        await Reaches(job.Id, JobState.Active);
        // The lock runs out as it does when nobody renews it.
        await Redis.Connection.GetDatabase().KeyDeleteAsync($"bull:{Queue.Name}:{job.Id}:lock");

        await Node(version).StartWorkerAsync("echo", new JsonObject { ["stalledInterval"] = 300 });

        var done = await Reaches(job.Id, JobState.Completed);
        done.StalledCounter.ShouldBe(1);
        await worker.CloseAsync(TimeSpan.Zero);
        Json.Text((await Queue.GetJobAsync(job.Id))!.ReturnValue!.Value).ShouldBe("""{"echo":{"n":1}}""");
    }
}
