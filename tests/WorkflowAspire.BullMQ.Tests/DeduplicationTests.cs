using StackExchange.Redis;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests;

/// <summary>Jobs of one kind are kept from piling up.</summary>
public abstract class DeduplicationTests(RedisCompatibleServer redis) : QueueSpecification(redis)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly JobOptions Kind = Of("kind");
    private static readonly JobOptions KeepLast = new() { Deduplication = new DeduplicationOptions("kind") { KeepLastIfActive = true } };

    private IDatabase Database => Redis.Connection.GetDatabase();

    [Fact]
    public async Task A_job_keeps_others_of_its_kind_out_until_it_ends()
    {
        var first = await Add(Kind, "1");
        (await Add(Kind, "2")).Id.ShouldBe(first.Id);
        (await Add(Of("other"), "3")).Id.ShouldNotBe(first.Id);

        await StartWorker();
        await Reaches(first, JobState.Completed);

        (await Add(Kind, "4")).Id.ShouldNotBe(first.Id);
        Text((await Queue.GetJobAsync(first.Id))!.Data).ShouldBe("1");
    }

    [Fact]
    public async Task A_failed_job_lets_the_next_one_in()
    {
        await StartWorker((_, _) => throw new InvalidOperationException("no"));
        var first = await Reaches(await Add(Kind), JobState.Failed);

        (await Add(Kind)).Id.ShouldNotBe(first.Id);
    }

    [Fact]
    public async Task A_time_to_live_outlasts_the_jobs_end_and_ends_by_itself()
    {
        await StartWorker();
        var first = await Reaches(await Add(Of("kind", ttl: TimeSpan.FromSeconds(1))), JobState.Completed);
        (await Add(Of("kind"))).Id.ShouldBe(first.Id);

        await Eventually.True(async () => await Queue.GetDeduplicationJobIdAsync("kind") is null);
        (await Add(Of("kind"))).Id.ShouldNotBe(first.Id);
    }

    [Fact]
    public async Task Each_job_that_is_kept_out_extends_the_time()
    {
        var extend = new JobOptions { Deduplication = new DeduplicationOptions("kind") { Ttl = Hour, Extend = true } };
        await Add(extend);
        await Database.KeyExpireAsync(Key("de:kind"), TimeSpan.FromMinutes(1));

        await Add(extend);

        (await Database.KeyTimeToLiveAsync(Key("de:kind"))).ShouldNotBeNull().ShouldBeGreaterThan(TimeSpan.FromMinutes(30));
    }

    [Fact]
    public async Task A_delayed_job_gives_way_to_the_one_that_replaces_it_and_the_time_goes_on()
    {
        var replace = new JobOptions { Delay = Hour, Deduplication = new DeduplicationOptions("kind") { Ttl = Hour, Replace = true } };
        var first = await Add(replace, "1");
        await Database.KeyExpireAsync(Key("de:kind"), TimeSpan.FromMinutes(1));

        var second = await Add(replace, "2");

        (await Queue.GetJobAsync(first.Id)).ShouldBeNull();
        (await Queue.GetJobsAsync([JobState.Delayed])).ShouldHaveSingleItem().Id.ShouldBe(second.Id);
        (await Queue.GetDeduplicationJobIdAsync("kind")).ShouldBe(second.Id);
        (await Database.KeyTimeToLiveAsync(Key("de:kind"))).ShouldNotBeNull().ShouldBeLessThan(TimeSpan.FromMinutes(2));
    }

    [Fact]
    public async Task A_delayed_job_is_rescheduled_by_the_one_that_it_keeps_out()
    {
        JobOptions In(TimeSpan delay) => new() { Delay = delay, Deduplication = new DeduplicationOptions("kind") { Reschedule = true } };
        var first = await Add(In(Hour), "1");

        (await Add(In(TimeSpan.Zero), "2")).Id.ShouldBe(first.Id);
        await StartWorker();

        Text((await Reaches(first, JobState.Completed)).Data).ShouldBe("1");
    }

    [Fact]
    public async Task Of_the_jobs_that_arrive_while_one_is_active_the_last_is_processed_after_it()
    {
        var mayEnd = new TaskCompletionSource();
        await StartWorker(async (job, _) =>
        {
            await mayEnd.Task;
            return job.Data;
        });
        var first = await Add(KeepLast, "1");
        await Reaches(first, JobState.Active);
        foreach (var data in new[] { "2", "3", "4" }) (await Add(KeepLast, data)).Id.ShouldBe(first.Id);

        mayEnd.SetResult();

        await Eventually.Get(async () => (await Queue.GetJobCountsAsync())[JobState.Completed], count => count == 2);
        Processed.Select(job => Text(job.Data)).ShouldBe(["1", "4"]);
        await Eventually.True(async () => await Queue.GetDeduplicationJobIdAsync("kind") is null);
        (await Database.KeyExistsAsync(Key("dn:kind"))).ShouldBeFalse();
    }

    [Fact]
    public async Task The_kept_job_comes_after_a_failure_too_with_its_own_options()
    {
        var mayEnd = new TaskCompletionSource();
        await StartWorker(async (_, _) =>
        {
            await mayEnd.Task;
            throw new InvalidOperationException("no");
        });
        var first = await Add(KeepLast with { RemoveOnFail = KeepJobs.None }, "1");
        await Reaches(first, JobState.Active);
        await Add(KeepLast with { JobId = "kept", Delay = Hour, Priority = 5, Attempts = 3 }, "2");

        mayEnd.SetResult();

        var kept = await Reaches("kept", JobState.Delayed);
        kept.Options.Attempts.ShouldBe(3);
        kept.Priority.ShouldBe(5);
        kept.DeduplicationId.ShouldBe("kind");
        (await Queue.GetDeduplicationJobIdAsync("kind")).ShouldBe("kept");
    }

    [Fact]
    public async Task A_kept_job_that_the_server_refuses_does_not_hold_up_the_one_that_ends()
    {
        var mayEnd = new TaskCompletionSource();
        await StartWorker(async (_, _) =>
        {
            await mayEnd.Task;
            return Json("null");
        });
        var first = await Add(KeepLast);
        await Reaches(first, JobState.Active);
        await Add(KeepLast with { JobId = "kept" });
        await Database.HashSetAsync(Key("dn:kind"), "opts", "not json");

        mayEnd.SetResult();

        await Reaches(first, JobState.Completed);
        (await Database.KeyExistsAsync(Key("dn:kind"))).ShouldBeTrue();
        (await Queue.GetJobAsync("kept")).ShouldBeNull();
    }

    [Fact]
    public async Task A_removed_job_lets_the_next_one_in()
    {
        var first = await Add(Of("kind", ttl: Hour));

        await Queue.RemoveJobAsync(first.Id);

        (await Queue.GetDeduplicationJobIdAsync("kind")).ShouldBeNull();
        (await Add(Kind)).Id.ShouldNotBe(first.Id);
    }

    [Fact]
    public async Task A_job_whose_hash_was_deleted_keeps_nobody_out()
    {
        var first = await Add(Kind);
        await Database.KeyDeleteAsync(Key(first.Id));

        (await Add(Kind)).Id.ShouldNotBe(first.Id);
    }

    [Fact]
    public async Task A_key_is_removed_by_its_id_or_by_the_job_that_holds_it()
    {
        var first = await Add(Kind);
        (await Queue.RemoveDeduplicationKeyAsync("kind")).ShouldBeTrue();
        (await Queue.RemoveDeduplicationKeyAsync("kind")).ShouldBeFalse();

        var second = await Add(Kind);
        (await first.RemoveDeduplicationKeyAsync()).ShouldBeFalse();
        (await second.RemoveDeduplicationKeyAsync()).ShouldBeTrue();
        (await (await Add()).RemoveDeduplicationKeyAsync()).ShouldBeFalse();

        (await Add(Kind)).Id.ShouldNotBe(second.Id);
    }

    [Fact]
    public async Task Jobs_of_one_call_keep_each_other_out()
    {
        var added = await Queue.AddBulkAsync(Enumerable.Range(0, 6).Select(n => new NewJob("work", Json($"{n}"), Of($"kind {n % 2}"))));

        added.Select(job => job.Id).ShouldBe(["1", "2", "1", "2", "1", "2"]);
        (await Queue.GetJobCountsAsync())[JobState.Waiting].ShouldBe(2);
    }

    [Fact]
    public async Task Of_many_callers_at_once_one_adds_the_job()
    {
        var added = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Add(Kind)));

        added.Select(job => job.Id).Distinct().ShouldHaveSingleItem();
        (await Queue.GetJobCountsAsync())[JobState.Waiting].ShouldBe(1);
    }

    [Fact]
    public async Task A_job_that_the_server_refuses_keeps_nobody_out()
    {
        await Database.StringSetAsync(Key("delayed"), "not a set");

        await Should.ThrowAsync<RedisServerException>(() => Add(Kind with { Delay = Hour }));

        (await Queue.GetDeduplicationJobIdAsync("kind")).ShouldBeNull();
        (await Queue.GetJobAsync((await Add(Kind)).Id)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_delayed_job_stays_where_the_server_refuses_the_one_that_would_replace_it()
    {
        var first = await Add(Kind with { Delay = Hour });
        await Database.StringSetAsync(Key("wait"), "not a list");

        await Should.ThrowAsync<RedisServerException>(() => Add(new JobOptions { Deduplication = new DeduplicationOptions("kind") { Replace = true } }));

        (await Queue.GetJobStateAsync(first.Id)).ShouldBe(JobState.Delayed);
        (await Queue.GetDeduplicationJobIdAsync("kind")).ShouldBe(first.Id);
    }

    private static JobOptions Of(string id, TimeSpan? ttl = null) => new() { Deduplication = new DeduplicationOptions(id) { Ttl = ttl } };
}
