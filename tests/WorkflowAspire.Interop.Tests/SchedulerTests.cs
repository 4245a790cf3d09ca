using System.Globalization;
using System.Text.Json.Nodes;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.Interop.Tests;

/// <summary>Job schedulers that one side makes and the other, or both, run on.</summary>
public class SchedulerTests(InteropServers servers) : InteropSpecification(servers)
{
    private static readonly RepeatOptions Quick = new() { Every = TimeSpan.FromMilliseconds(150) };

    private static readonly JobSchedulerTemplate Template = new() { Name = "work", Data = Json.Bytes("""{"n":1}"""), Options = new JobOptions { Attempts = 2 } };

    [Theory, MemberData(nameof(Versions))]
    public async Task Our_worker_goes_on_with_what_Node_schedules(int version)
    {
        await Node(version).TryUpsertSchedulerAsync("s", Quick with { Limit = 4 }, Template);

        await StartWorker("echo");

        await AllAreCompletedAsync(version, 4);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task A_Node_worker_goes_on_with_what_we_schedule(int version)
    {
        await Queue.UpsertJobSchedulerAsync("s", Quick with { Limit = 4 }, Template);

        await Node(version).StartWorkerAsync("echo");

        await AllAreCompletedAsync(version, 4);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Workers_of_both_sides_share_a_series_without_doubling_or_losing_a_job(int version)
    {
        await StartWorker("echo", new WorkerOptions { Name = "net" });
        await Node(version).StartWorkerAsync("echo", new JsonObject { ["name"] = "node" });

        await Queue.UpsertJobSchedulerAsync("s", Quick with { Limit = 15 }, Template);

        await AllAreCompletedAsync(version, 15);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Workers_of_both_sides_share_a_pattern(int version)
    {
        await StartWorker("echo");
        await Node(version).StartWorkerAsync("echo");

        await Node(version).TryUpsertSchedulerAsync("s", new RepeatOptions { Pattern = "* * * * * *", Limit = 4 }, Template);

        await Eventually.Get(() => Queue.GetJobCountsAsync(), counts => counts[JobState.Completed] == 4);
        Times(version).ShouldAllBe(time => time % 1000 == 0);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Each_side_reads_the_schedulers_of_the_other(int version)
    {
        var repeat = new RepeatOptions { Every = TimeSpan.FromHours(1), Offset = TimeSpan.FromSeconds(1), Limit = 9, StartDate = DateTimeOffset.FromUnixTimeSeconds(2_000_000_000) };
        await Queue.UpsertJobSchedulerAsync("ours", repeat, Template);
        await Node(version).TryUpsertSchedulerAsync("theirs", repeat, Template);

        var seen = (await Node(version).CallAsync("getJobScheduler", "ours"))!;
        var expected = (await Node(version).CallAsync("getJobScheduler", "theirs"))!;
        expected["key"] = "ours";
        var (ours, theirs) = ((await Queue.GetJobSchedulerAsync("ours"))!, (await Queue.GetJobSchedulerAsync("theirs"))!);

        JsonNode.DeepEquals(seen, expected).ShouldBeTrue($"{seen} instead of {expected}");
        (ours.Name, ours.Next, ours.Every, ours.Offset, ours.Limit, ours.StartDate, ours.IterationCount)
            .ShouldBe((theirs.Name, theirs.Next, theirs.Every, theirs.Offset, theirs.Limit, theirs.StartDate, theirs.IterationCount));
        Json.Text(theirs.Template.Data!.Value).ShouldBe(Json.Text(Template.Data!.Value));
        theirs.Template.Options!.Attempts.ShouldBe(2);
        (await Node(version).CallAsync("getJobSchedulersCount"))!.GetValue<int>().ShouldBe(2);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Each_side_changes_and_removes_the_schedulers_of_the_other(int version)
    {
        await Queue.UpsertJobSchedulerAsync("ours", Quick with { StartDate = DateTimeOffset.UtcNow.AddDays(1) });
        await Node(version).TryUpsertSchedulerAsync("theirs", Quick with { StartDate = DateTimeOffset.UtcNow.AddDays(1) });
        var later = new RepeatOptions { Pattern = "0 0 1 1 *" };

        await Queue.UpsertJobSchedulerAsync("theirs", later);
        await Node(version).TryUpsertSchedulerAsync("ours", later);
        (await Queue.GetJobCountsAsync())[JobState.Delayed].ShouldBe(2);
        await Queue.RemoveJobSchedulerAsync("theirs");
        await Node(version).CallAsync("removeJobScheduler", "ours");

        (await Queue.GetJobSchedulersCountAsync()).ShouldBe(0);
        (await Queue.GetJobCountsAsync())[JobState.Delayed].ShouldBe(0);
    }

    [Fact]
    public async Task Our_worker_goes_on_with_a_repeatable_job_of_BullMQ_5_and_keeps_its_payload()
    {
        await Node(5).AddAsync(JsonNode.Parse("""{"n":1}"""), JsonNode.Parse("""{"repeat":{"every":150,"limit":4}}"""));

        await StartWorker("echo");

        await Eventually.Get(() => Queue.GetJobCountsAsync(), counts => counts[JobState.Completed] == 4);
        (await Queue.GetJobsAsync([JobState.Completed])).ShouldAllBe(job => Json.Text(job.Data) == """{"n":1}""");
    }

    [Fact]
    public async Task The_payload_of_a_repeatable_job_survives_whoever_made_the_queue()
    {
        await Queue.AddAsync("work", Json.Bytes("0"));
        await Node(5).AddAsync(JsonNode.Parse("""{"n":1}"""), JsonNode.Parse("""{"repeat":{"every":150,"limit":3}}"""));
        await Redis.Connection.GetDatabase().HashSetAsync($"bull:{Queue.Name}:meta", "version", "bullmq:6.7.0");

        await StartWorker("echo");

        await Eventually.Get(() => Queue.GetJobCountsAsync(), counts => counts[JobState.Completed] == 4);
        (await Queue.GetJobsAsync([JobState.Completed])).Count(job => Json.Text(job.Data) == """{"n":1}""").ShouldBe(3);
    }

    private async Task AllAreCompletedAsync(int version, int count)
    {
        await Eventually.Get(() => Queue.GetJobCountsAsync(), counts => counts[JobState.Completed] == count);
        var jobs = await Queue.GetJobsAsync([JobState.Completed], ascending: true);
        jobs.ShouldAllBe(job => job.AttemptsStarted == 1 && job.Name == "work" && Json.Text(job.Data) == """{"n":1}""" && job.Options.Attempts == 2);
        var times = Times(version);
        times.Length.ShouldBe(count);
        times.Select(time => time % (long)Quick.Every!.Value.TotalMilliseconds).Distinct().ShouldHaveSingleItem();
        var scheduler = (await Queue.GetJobSchedulerAsync("s"))!;
        (scheduler.IterationCount, scheduler.Next.ToUnixTimeMilliseconds()).ShouldBe((count, times[^1]));
        (await Queue.GetJobCountsAsync())[JobState.Delayed].ShouldBe(0);
    }

    private long[] Times(int version) => [.. Node(version).Iterations().Select(id => long.Parse(id[^13..], CultureInfo.InvariantCulture))];
}
