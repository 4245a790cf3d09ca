using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using StackExchange.Redis;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests;

public abstract class SchedulerTests(RedisCompatibleServer redis) : QueueSpecification(redis)
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly RepeatOptions Hourly = new() { Every = Hour };

    private readonly FakeTimeProvider _time = new(Noon);

    private Queue QueueAtNoon => new(Queue.Name, Redis.Connection, timeProvider: _time);

    [Fact]
    public async Task An_interval_makes_a_job_at_once_and_the_next_when_a_worker_takes_it()
    {
        var template = new JobSchedulerTemplate { Name = "report", Data = Json("""{"n":7}"""), Options = new JobOptions { Attempts = 3 } };
        var first = await Queue.UpsertJobSchedulerAsync("reports", Hourly, template);
        (await Queue.GetJobStateAsync(first!.Id)).ShouldBe(JobState.Waiting);

        await StartWorker();

        var done = await Reaches(first, JobState.Completed);
        (done.Name, Text(done.Data), done.Options.Attempts, done.RepeatJobKey).ShouldBe(("report", """{"n":7}""", 3, "reports"));
        var next = (await Queue.GetJobsAsync([JobState.Delayed])).ShouldHaveSingleItem();
        (next.Name, Text(next.Data), next.Options.Attempts).ShouldBe(("report", """{"n":7}""", 3));
        (next.Timestamp + next.Delay).ShouldBe((await Queue.GetJobSchedulerAsync("reports"))!.Next);
    }

    [Fact]
    public async Task A_scheduler_without_a_payload_has_none_in_its_template()
    {
        await Queue.UpsertJobSchedulerAsync("bare", Hourly);
        await Queue.UpsertJobSchedulerAsync("laden", Hourly, new JobSchedulerTemplate { Data = Json("[]") });

        (await Queue.GetJobSchedulerAsync("bare"))!.Template.Data.HasValue.ShouldBeFalse();
        Text((await Queue.GetJobSchedulerAsync("laden"))!.Template.Data!.Value).ShouldBe("[]");
    }

    [Fact]
    public async Task The_job_that_a_scheduler_was_made_with_is_the_one_that_is_read()
    {
        var made = (await QueueAtNoon.UpsertJobSchedulerAsync("s", new RepeatOptions { Pattern = "0 13 * * *", Tz = "UTC", Limit = 3 }, new JobSchedulerTemplate { Options = new JobOptions { Priority = 2 } }))!;

        var read = (await Queue.GetJobAsync(made.Id))!;
        (made.Delay, made.Options.Delay, made.Timestamp, made.Priority).ShouldBe((Hour, Hour, read.Timestamp, 2));
        (made.Options with { Others = null }).ShouldBe(read.Options with { Others = null });
        made.Options.Others!.Keys.ShouldBe(read.Options.Others!.Keys, ignoreOrder: true);
        foreach (var (name, value) in made.Options.Others) JsonElement.DeepEquals(value, read.Options.Others[name]).ShouldBeTrue(name);
        made.Options.Others!["repeat"].GetProperty("limit").GetInt32().ShouldBe(3);
    }

    [Fact]
    public async Task An_entry_without_a_scheduler_behind_it_goes_when_the_schedulers_are_listed()
    {
        await Queue.UpsertJobSchedulerAsync("whole", Hourly);
        var orphan = (await Queue.UpsertJobSchedulerAsync("dangling", new RepeatOptions { Every = Hour, StartDate = DateTimeOffset.UtcNow.AddHours(1) }))!;
        await Redis.Connection.GetDatabase().KeyDeleteAsync(Key("repeat:dangling"));

        (await Queue.GetJobSchedulersAsync()).Single().Key.ShouldBe("whole");

        (await Queue.GetJobSchedulersCountAsync()).ShouldBe(1);
        (await Queue.GetJobAsync(orphan.Id)).ShouldBeNull();
    }

    [Fact]
    public async Task A_repeatable_job_of_an_old_format_is_listed_as_such()
    {
        await Redis.Connection.GetDatabase().SortedSetAddAsync(Key("repeat"), "report:nightly:32503680000000:Asia/Tokyo:0 3 * * *", 1_800_000_000_000);
        await Redis.Connection.GetDatabase().SortedSetAddAsync(Key("repeat"), "ping::::5000", 1_700_000_000_000);

        var listed = await Queue.GetJobSchedulersAsync();

        listed.ShouldAllBe(scheduler => scheduler.IsOldFormat);
        listed.Select(scheduler => (scheduler.Name, scheduler.Pattern, scheduler.Tz, scheduler.EndDate?.Year, scheduler.Every))
            .ShouldBe([("report", "0 3 * * *", "Asia/Tokyo", 3000, null), ("ping", null, null, null, TimeSpan.FromSeconds(5))]);
        (await Queue.GetJobSchedulersCountAsync()).ShouldBe(2);
        (await Queue.RemoveJobSchedulerAsync(listed[0].Key)).ShouldBeTrue();
    }

    [Fact]
    public async Task As_many_jobs_are_made_as_the_limit_allows()
    {
        await Queue.UpsertJobSchedulerAsync("s", new RepeatOptions { Every = TimeSpan.FromMilliseconds(50), Limit = 5 });

        await StartWorker(new WorkerOptions { Concurrency = 3 });

        await Eventually.Get(() => Queue.GetJobCountsAsync(), counts => counts[JobState.Completed] == 5);
        (await Queue.GetJobSchedulerAsync("s"))!.IterationCount.ShouldBe(5);
        (await Queue.GetJobCountsAsync())[JobState.Delayed].ShouldBe(0);
        Processed.Select(job => job.Id).Distinct().Count().ShouldBe(5);
        Processed.Count.ShouldBe(5);
    }

    [Fact]
    public async Task A_pattern_of_the_programs_own_kind_makes_jobs_as_its_strategy_says()
    {
        // "every N ms, M times", from an end that only the strategy knows.
        var calls = 0;
        ValueTask<DateTimeOffset?> EveryNth(DateTimeOffset after, RepeatOptions options, string jobName)
        {
            (options.Pattern, jobName).ShouldBe(("30ms x 3", "own"));
            return ValueTask.FromResult(++calls <= 3 ? after.AddMilliseconds(30) : (DateTimeOffset?)null);
        }

        var queue = new Queue(Queue.Name, Redis.Connection, new QueueOptions { RepeatStrategy = EveryNth });
        var first = (await queue.UpsertJobSchedulerAsync("s", new RepeatOptions { Pattern = "30ms x 3" }, new JobSchedulerTemplate { Name = "own" }))!;
        first.Delay.ShouldBeGreaterThan(TimeSpan.Zero);

        await StartWorker(new WorkerOptions { RepeatStrategy = EveryNth });

        await Eventually.Get(() => Queue.GetJobCountsAsync(), counts => counts[JobState.Completed] == 3);
        await Eventually.True(() => Volatile.Read(ref calls) == 4);
        (await Queue.GetDelayedCountAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_strategy_that_throws_makes_no_scheduler_and_ends_no_worker()
    {
        ValueTask<DateTimeOffset?> Refuse(DateTimeOffset after, RepeatOptions options, string jobName) => throw new FormatException("no RRULE");
        var queue = new Queue(Queue.Name, Redis.Connection, new QueueOptions { RepeatStrategy = Refuse });
        (await Should.ThrowAsync<FormatException>(() => queue.UpsertJobSchedulerAsync("s", new RepeatOptions { Pattern = "RRULE" }))).Message.ShouldBe("no RRULE");
        (await Queue.GetJobSchedulersCountAsync()).ShouldBe(0);
        var job = (await Queue.UpsertJobSchedulerAsync("s", new RepeatOptions { Pattern = "* * * * *", Immediately = true }))!;

        await StartWorker(new WorkerOptions { RepeatStrategy = Refuse });

        await Reaches(job, JobState.Completed);
        Log.Collector.GetSnapshot().ShouldContain(record => record.Message.Contains("no RRULE"));
    }

    [Fact]
    public async Task A_pattern_is_read_in_its_time_zone()
    {
        var job = await QueueAtNoon.UpsertJobSchedulerAsync("s", new RepeatOptions { Pattern = "30 9 * * *", Tz = "America/New_York" });

        (Noon + job!.Delay).ShouldBe(Noon + TimeSpan.FromHours(1.5));
        (await Queue.GetJobStateAsync(job.Id)).ShouldBe(JobState.Delayed);
    }

    [Fact]
    public async Task A_pattern_without_a_time_zone_is_read_in_that_of_the_process()
    {
        _time.SetLocalTimeZone(TimeZoneInfo.FindSystemTimeZoneById("Asia/Tokyo"));

        var job = await QueueAtNoon.UpsertJobSchedulerAsync("s", new RepeatOptions { Pattern = "0 22 * * *" });

        job!.Delay.ShouldBe(Hour);
    }

    [Fact]
    public async Task Times_that_were_missed_are_left_out()
    {
        var late = await QueueAtNoon.UpsertJobSchedulerAsync("s", Hourly);
        _time.Advance(TimeSpan.FromHours(5.5));

        await using var worker = new Worker(Queue.Name, (_, _) => Task.FromResult(Json("null")), Redis.Connection, timeProvider: _time);
        await worker.StartAsync();

        await Reaches(late!, JobState.Completed);
        (await Queue.GetJobSchedulerAsync("s"))!.Next.ShouldBe(Noon + TimeSpan.FromHours(6));
    }

    [Fact]
    public async Task A_job_that_fails_or_is_tried_again_does_not_end_or_double_the_series()
    {
        await Queue.UpsertJobSchedulerAsync("s", new RepeatOptions { Every = TimeSpan.FromMilliseconds(50), Limit = 3 },
            new JobSchedulerTemplate { Options = new JobOptions { Attempts = 2 } });

        await StartWorker((_, _) => throw new InvalidOperationException("no"));

        await Eventually.Get(() => Queue.GetJobCountsAsync(), counts => counts[JobState.Failed] == 3);
        Processed.Count.ShouldBe(6);
        (await Queue.GetJobSchedulerAsync("s"))!.IterationCount.ShouldBe(3);
    }

    [Fact]
    public async Task A_worker_that_dies_between_taking_a_job_and_adding_the_next_does_not_end_the_series()
    {
        var job = await Queue.UpsertJobSchedulerAsync("s", Hourly);
        // What a killed worker leaves: the job is active, its lock has run out, and no next job is there.
        await Redis.Connection.GetDatabase().ListMoveAsync(Key("wait"), Key("active"), ListSide.Right, ListSide.Left);
        (await Queue.GetJobCountsAsync())[JobState.Delayed].ShouldBe(0);

        await StartWorker(new WorkerOptions { StalledInterval = TimeSpan.FromMilliseconds(100) });

        (await Reaches(job!, JobState.Completed)).StalledCounter.ShouldBe(1);
        (await Queue.GetJobCountsAsync())[JobState.Delayed].ShouldBe(1);
        (await Queue.GetJobSchedulerAsync("s"))!.IterationCount.ShouldBe(2);
    }

    [Fact]
    public async Task A_scheduled_job_may_stall_as_often_as_it_likes()
    {
        var job = await Queue.UpsertJobSchedulerAsync("s", Hourly);
        await Redis.Connection.GetDatabase().HashSetAsync(Key(job!.Id), "stc", 9);
        await Redis.Connection.GetDatabase().ListMoveAsync(Key("wait"), Key("active"), ListSide.Right, ListSide.Left);

        await StartWorker(new WorkerOptions { StalledInterval = TimeSpan.FromMilliseconds(100) });

        (await Reaches(job, JobState.Completed)).StalledCounter.ShouldBe(10);
    }

    [Fact]
    public async Task A_changed_scheduler_has_one_job_that_is_due_as_it_says_now()
    {
        var queue = QueueAtNoon;
        await queue.UpsertJobSchedulerAsync("s", new RepeatOptions { Pattern = "0 18 * * *", Tz = "UTC" });

        var job = await queue.UpsertJobSchedulerAsync("s", new RepeatOptions { Pattern = "0 15 * * *", Tz = "UTC" }, new JobSchedulerTemplate { Name = "earlier" });

        job!.Delay.ShouldBe(TimeSpan.FromHours(3));
        (await queue.GetJobsAsync([JobState.Delayed])).ShouldHaveSingleItem().Name.ShouldBe("earlier");
    }

    [Fact]
    public async Task Nothing_is_left_of_a_removed_scheduler_whose_job_is_delayed()
    {
        await Queue.UpsertJobSchedulerAsync("s", Hourly with { StartDate = DateTimeOffset.UtcNow.AddDays(1) });

        (await Queue.RemoveJobSchedulerAsync("s")).ShouldBeTrue();

        (await Queue.RemoveJobSchedulerAsync("s")).ShouldBeFalse();
        (await Queue.GetJobSchedulerAsync("s")).ShouldBeNull();
        (await Queue.GetJobCountsAsync()).Values.ShouldAllBe(count => count == 0);
    }

    [Fact]
    public async Task A_job_that_waits_when_its_scheduler_is_removed_is_the_last()
    {
        var job = await Queue.UpsertJobSchedulerAsync("s", Hourly);
        await Queue.RemoveJobSchedulerAsync("s");

        await StartWorker();

        await Reaches(job!, JobState.Completed);
        (await Queue.GetJobCountsAsync())[JobState.Delayed].ShouldBe(0);
    }

    [Fact]
    public async Task The_newest_job_of_a_scheduler_cannot_be_removed_and_older_ones_can()
    {
        var job = await Queue.UpsertJobSchedulerAsync("s", Hourly);
        (await Should.ThrowAsync<InvalidOperationException>(() => Queue.RemoveJobAsync(job!.Id))).Message.ShouldContain(job!.Id);
        await StartWorker();
        await Reaches(job, JobState.Completed);

        (await Queue.RemoveJobAsync(job.Id)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_scheduler_is_read_as_it_was_written()
    {
        var repeat = new RepeatOptions { Pattern = "0 15 * * *", Tz = "UTC", Limit = 7, EndDate = Noon.AddDays(3) };

        await QueueAtNoon.UpsertJobSchedulerAsync("a:b", repeat, new JobSchedulerTemplate { Name = "work", Data = Json("[1]"), Options = new JobOptions { Priority = 3 } });

        var read = (await Queue.GetJobSchedulerAsync("a:b"))!;
        (read.Key, read.Name, read.Pattern, read.Tz, read.Limit, read.EndDate, read.Every).ShouldBe(("a:b", "work", "0 15 * * *", "UTC", 7, Noon.AddDays(3), null));
        (read.Next, read.IterationCount).ShouldBe((Noon.AddHours(3), 1));
        Text(read.Template.Data!.Value).ShouldBe("[1]");
        read.Template.Options!.Priority.ShouldBe(3);
    }

    [Fact]
    public async Task Schedulers_are_listed_page_by_page_in_the_order_of_their_next_jobs()
    {
        foreach (var hour in new[] { 14, 13, 15 }) await QueueAtNoon.UpsertJobSchedulerAsync($"{hour}", new RepeatOptions { Pattern = $"0 {hour} * * *", Tz = "UTC" });

        (await Queue.GetJobSchedulersCountAsync()).ShouldBe(3);
        (await Queue.GetJobSchedulersAsync(ascending: true)).Select(scheduler => scheduler.Key).ShouldBe(["13", "14", "15"]);
        (await Queue.GetJobSchedulersAsync()).Select(scheduler => scheduler.Key).ShouldBe(["15", "14", "13"]);
        (await Queue.GetJobSchedulersAsync(1, 1)).ShouldHaveSingleItem().Key.ShouldBe("14");
    }

    [Fact]
    public async Task Options_that_allow_no_job_make_none()
    {
        (await QueueAtNoon.UpsertJobSchedulerAsync("s", Hourly with { Limit = 2, Count = 2 })).ShouldBeNull();
        (await QueueAtNoon.UpsertJobSchedulerAsync("s", new RepeatOptions { Pattern = "0 18 * * *", Tz = "UTC", EndDate = Noon.AddHours(1) })).ShouldBeNull();

        (await Queue.GetJobSchedulersCountAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Options_that_are_wrong_are_refused_at_the_call()
    {
        RepeatOptions[] wrong =
        [
            new(), Hourly with { Pattern = "* * * * *" }, new() { Every = TimeSpan.Zero }, Hourly with { Limit = 0 }, Hourly with { EndDate = DateTimeOffset.UnixEpoch },
            Hourly with { Immediately = true, StartDate = Noon }, Hourly with { Offset = -Hour }, new() { Pattern = "* * * *  * * *" }, new() { Pattern = "* * * * *", Tz = "Europe/Atlantis" },
        ];
        foreach (var options in wrong) await Should.ThrowAsync<ArgumentException>(() => Queue.UpsertJobSchedulerAsync("s", options));
        foreach (var options in new[] { new JobOptions { JobId = "mine" }, new JobOptions { Delay = Hour } })
            await Should.ThrowAsync<ArgumentException>(() => Queue.UpsertJobSchedulerAsync("s", Hourly, new JobSchedulerTemplate { Options = options }));
    }

    [Fact]
    public async Task A_job_whose_time_zone_is_unknown_here_is_processed_and_told_to_be_the_last()
    {
        var job = await Queue.UpsertJobSchedulerAsync("s", new RepeatOptions { Pattern = "0 0 1 1 *", Tz = "UTC", Immediately = true });
        var opts = (string?)await Redis.Connection.GetDatabase().HashGetAsync(Key(job!.Id), "opts");
        await Redis.Connection.GetDatabase().HashSetAsync(Key(job.Id), "opts", opts!.Replace("UTC", "Europe/Atlantis", StringComparison.Ordinal));

        await StartWorker();

        await Reaches(job, JobState.Completed);
        Log.Collector.GetSnapshot().ShouldContain(record => record.Message.Contains(job.Id) && record.Message.Contains("makes no further one"));
    }
}
