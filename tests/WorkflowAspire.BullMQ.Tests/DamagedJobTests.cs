using System.Text;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests;

/// <summary>Somebody's hand, or another program, has been at the queue's keys.</summary>
public abstract class DamagedJobTests(RedisCompatibleServer redis) : QueueSpecification(redis)
{
    [Fact]
    public async Task A_job_whose_hash_is_gone_is_dropped_and_told_and_the_others_are_processed()
    {
        var gone = await Add();
        var whole = await Add();
        await Redis.Connection.GetDatabase().KeyDeleteAsync(Key(gone.Id));

        await StartWorker();

        await Reaches(whole, JobState.Completed);
        Log.Collector.GetSnapshot().ShouldContain(record => record.Message.Contains($"Job {gone.Id} was dropped"));
        (await Queue.GetJobCountsAsync())[JobState.Active].ShouldBe(0);
        (await Redis.Connection.GetDatabase().KeyExistsAsync(Key(gone.Id))).ShouldBeFalse();
    }

    [Theory]
    [InlineData("opts", "{not json")]
    [InlineData("opts", """{"attempts":"three","delay":1e300}""")]
    [InlineData("opts", "[]")]
    [InlineData("timestamp", "99999999999999999999")]
    [InlineData("delay", "soon")]
    [InlineData("stacktrace", "not json")]
    [InlineData("atm", "not a number")]
    [InlineData("data", "not json")]
    public async Task A_job_with_a_field_of_a_wrong_form_is_processed_all_the_same(string field, string value)
    {
        var job = await Add();
        await Redis.Connection.GetDatabase().HashSetAsync(Key(job.Id), field, value);

        await StartWorker();

        await Reaches(job, JobState.Completed);
    }

    [Theory]
    [InlineData("1e300")]
    [InlineData("36893488147419099136")] // Number.MAX_SAFE_INTEGER as a delay
    public async Task A_job_that_is_due_beyond_any_date_holds_up_no_other(string score)
    {
        var never = await Add(new JobOptions { Delay = TimeSpan.FromDays(1) });
        await Redis.Connection.GetDatabase().ExecuteAsync("ZADD", Key("delayed"), score, never.Id);
        await StartWorker();

        for (var i = 0; i < 3; i++) await Reaches(await Add(), JobState.Completed);

        (await Queue.GetJobStateAsync(never.Id)).ShouldBe(JobState.Delayed);
        (await Queue.GetJobsAsync([JobState.Delayed])).ShouldHaveSingleItem().Id.ShouldBe(never.Id);
        Log.Collector.GetSnapshot().ShouldNotContain(record => record.Level >= Microsoft.Extensions.Logging.LogLevel.Error);
    }

    [Theory]
    [InlineData("1e300")]
    [InlineData("+inf")]
    public async Task A_marker_for_a_time_beyond_any_date_holds_nobody_up(string score)
    {
        await StartWorker();
        await Reaches(await Add(), JobState.Completed);
        await Redis.Connection.GetDatabase().ExecuteAsync("ZADD", Key("marker"), score, "1");

        await Reaches(await Add(), JobState.Completed);

        Log.Collector.GetSnapshot().ShouldNotContain(record => record.Level >= Microsoft.Extensions.Logging.LogLevel.Error);
    }

    [Theory]
    [InlineData("many")]
    [InlineData("")]
    [InlineData("1e300")]
    [InlineData("-5")]
    public async Task A_queues_settings_of_a_wrong_form_are_none_and_can_be_looked_at(string value)
    {
        await Redis.Connection.GetDatabase().HashSetAsync(Key("meta"), [new("max", value), new("duration", value), new("mine", value)]);

        (await Queue.GetMetaAsync()).Others["mine"].ShouldBe(value);
        await Queue.GetGlobalRateLimitAsync();
        await Reaches(await Add(), JobState.Waiting);
    }

    [Fact]
    public async Task Metrics_of_a_wrong_form_are_read_as_far_as_they_can_be()
    {
        var database = Redis.Connection.GetDatabase();
        await database.HashSetAsync(Key("metrics:completed"), [new("count", "many"), new("prevTS", "1e300"), new("prevCount", "7.5")]);
        await database.ListRightPushAsync(Key("metrics:completed:data"), ["2", "x", "1e3"]);

        var metrics = await Queue.GetMetricsAsync(JobState.Completed);

        (metrics.Count, metrics.PreviousCount).ShouldBe((0, 7));
        metrics.Data.ShouldBe([2, 0, 1000]);
        (await Queue.ExportPrometheusMetricsAsync()).ShouldContain("bullmq_job_completed_total");
    }

    [Theory]
    [InlineData("startDate", "1e300")]
    [InlineData("endDate", "-1e300")]
    [InlineData("every", "1e300")]
    [InlineData("every", "NaN")]
    [InlineData("offset", "-inf")]
    [InlineData("ic", "1e30")]
    [InlineData("opts", "{")]
    public async Task A_scheduler_with_a_field_of_a_wrong_form_hides_no_other(string field, string value)
    {
        var database = Redis.Connection.GetDatabase();
        await Queue.UpsertJobSchedulerAsync("whole", new RepeatOptions { Every = TimeSpan.FromHours(1) });
        await Queue.UpsertJobSchedulerAsync("damaged", new RepeatOptions { Every = TimeSpan.FromHours(1) });
        await database.HashSetAsync(Key("repeat:damaged"), field, value);
        await database.ExecuteAsync("ZADD", Key("repeat"), "1e300", "damaged");

        (await Queue.GetJobSchedulersAsync()).Select(scheduler => scheduler.Key).ShouldBe(["whole", "damaged"], ignoreOrder: true);
        (await Queue.GetJobSchedulerAsync("damaged")).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_job_that_Redis_refuses_to_complete_is_told_with_the_reason_and_holds_up_no_other()
    {
        var refused = await Add();
        await Redis.Connection.GetDatabase().StringSetAsync(Key($"{refused.Id}:dependencies"), "not a set");
        var others = new List<Job>();
        for (var i = 0; i < 5; i++) others.Add(await Add());
        var release = new TaskCompletionSource();

        await StartWorker(async (_, _) => { await release.Task; return Json("null"); }, new WorkerOptions { Concurrency = 10 });
        await Eventually.Get(() => Processed.Count, count => count == 6);
        release.SetResult();

        foreach (var job in others) await Reaches(job, JobState.Completed);
        await Eventually.True(() => Log.Collector.GetSnapshot().Any(record => record.Message.Contains($"outcome of job {refused.Id} could not be recorded (")));
        (await Queue.GetJobStateAsync(refused.Id)).ShouldBe(JobState.Active);
        foreach (var job in others) (await Redis.Connection.GetDatabase().KeyExistsAsync(Key($"{job.Id}:lock"))).ShouldBeFalse();
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("7")]
    public async Task A_child_whose_parent_field_is_damaged_completes_or_fails_all_the_same(string parent)
    {
        var done = await Add();
        var failed = await Add(data: "fails");
        foreach (var job in new[] { done, failed })
            await Redis.Connection.GetDatabase().HashSetAsync(Key(job.Id), [new("parentKey", Key("no-such-parent").ToString()), new("parent", parent)]);

        await StartWorker((job, _) => Text(job.Data) == "fails" ? throw new InvalidOperationException("broken") : Task.FromResult(Json("null")));

        await Reaches(done, JobState.Completed);
        await Reaches(failed, JobState.Failed);
    }

    [Fact]
    public async Task A_job_whose_parents_keys_are_of_another_type_completes_and_what_Redis_says_is_told()
    {
        var job = await Add();
        await Redis.Connection.GetDatabase().HashSetAsync(Key(job.Id), [new("parentKey", Key("parent").ToString()), new("parent", "{}")]);
        await Redis.Connection.GetDatabase().StringSetAsync(Key("parent:dependencies"), "no set");

        await StartWorker();

        await Reaches(job, JobState.Completed);
        await Eventually.True(() => Log.Collector.GetSnapshot().Any(record => record.Message.Contains("WRONGTYPE")));
    }

    [Theory]
    [InlineData("completed")]
    [InlineData("failed")]
    [InlineData("wait")]
    [InlineData("delayed")]
    [InlineData("prioritized")]
    [InlineData("events")]
    public async Task A_key_of_another_type_loses_no_job_and_the_worker_goes_on_when_it_is_gone(string part)
    {
        var database = Redis.Connection.GetDatabase();
        var jobs = new List<Job>();
        foreach (var how in new[] { "completes", "fails", "completes", "fails" }) jobs.Add(await Add(data: how));
        var release = new TaskCompletionSource();
        var options = new WorkerOptions { Concurrency = 4, LockDuration = TimeSpan.FromMilliseconds(500), StalledInterval = TimeSpan.FromMilliseconds(200), MaxStalledCount = 100 };
        await StartWorker(async (job, _) =>
        {
            await release.Task;
            return Text(job.Data) == "fails" ? throw new InvalidOperationException("broken") : Json("null");
        }, options);
        await Eventually.Get(() => Processed.Count, count => count == 4);
        await database.KeyDeleteAsync(Key(part));
        await database.StringSetAsync(Key(part), "of another type");

        release.SetResult();
        // Garnet, which has no streams, doesn't look at the key of the events.
        await Eventually.True(() => part == "events" || Log.Collector.GetSnapshot().Any(record => record.Message.Contains("WRONGTYPE")));
        await database.KeyDeleteAsync(Key(part));

        foreach (var job in jobs) await Reaches(job, Text(job.Data) == "fails" ? JobState.Failed : JobState.Completed);
    }

    [Fact]
    public async Task A_job_whose_hash_goes_while_it_is_processed_is_told_and_the_others_are_processed()
    {
        var release = new TaskCompletionSource();
        await StartWorker(async (_, _) => { await release.Task; return Json("null"); }, new WorkerOptions { Concurrency = 2 });
        var gone = await Add();
        var whole = await Add();
        await Eventually.Get(() => Processed.Count, count => count == 2);

        await Redis.Connection.GetDatabase().KeyDeleteAsync(Key(gone.Id));
        release.SetResult();

        await Reaches(whole, JobState.Completed);
        await Eventually.True(() => Log.Collector.GetSnapshot().Any(record => record.Message.Contains($"Job {gone.Id} (work) finished but could not be completed: the job no longer exists")));
    }

    [Fact]
    public async Task An_id_without_a_hash_is_dropped_and_the_others_are_processed()
    {
        await Redis.Connection.GetDatabase().ListLeftPushAsync(Key("wait"), "never-added");
        var job = await Add();

        await StartWorker();

        await Reaches(job, JobState.Completed);
        Log.Collector.GetSnapshot().ShouldContain(record => record.Message.Contains("Job never-added was dropped"));
    }

    [Fact]
    public async Task A_job_whose_hash_was_replaced_while_it_ran_is_told_and_holds_up_no_other()
    {
        var replaced = await Add();
        var others = new List<Job>();
        for (var i = 0; i < 5; i++) others.Add(await Add());
        var release = new TaskCompletionSource();
        await StartWorker(async (_, _) => { await release.Task; return Json("null"); }, new WorkerOptions { Concurrency = 10 });
        await Eventually.Get(() => Processed.Count, count => count == 6);

        await Redis.Connection.GetDatabase().KeyDeleteAsync(Key(replaced.Id));
        await Redis.Connection.GetDatabase().StringSetAsync(Key(replaced.Id), "no hash");
        release.SetResult();

        foreach (var job in others) await Reaches(job, JobState.Completed);
        await Eventually.True(() => Log.Collector.GetSnapshot().Any(record => record.Message.Contains($"Job {replaced.Id} (work) finished but could not be completed: WRONGTYPE")));
        (await Queue.GetJobStateAsync(replaced.Id)).ShouldBe(JobState.Active);
    }

    [Fact]
    public async Task A_payload_of_a_megabyte_and_of_every_script_is_kept_byte_for_byte()
    {
        var text = string.Concat(Enumerable.Repeat("ünï ✓ 漢字 🚀 \\u0000 ", 50_000));
        var data = $"\"{text}\"";
        await StartWorker((job, _) => Task.FromResult(job.Data));

        var done = await Reaches(await Add(data: data), JobState.Completed);

        Encoding.UTF8.GetByteCount(data).ShouldBeGreaterThan(1_000_000);
        Text(done.Data).ShouldBe(data);
        Text(done.ReturnValue!.Value).ShouldBe(data);
    }

    [Theory]
    [InlineData("wait")]
    [InlineData("meta")]
    [InlineData("events")]
    public async Task An_id_that_is_a_key_of_the_queue_is_refused(string id) =>
        (await Should.ThrowAsync<ArgumentException>(() => Add(new JobOptions { JobId = id }))).Message.ShouldContain($"'{id}'");
}
