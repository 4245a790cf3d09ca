using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests;

public abstract class ManagingQueuesTests(RedisCompatibleServer redis) : QueueSpecification(redis)
{
    [Fact]
    public async Task Draining_leaves_active_and_finished_jobs()
    {
        var release = new TaskCompletionSource();
        await StartWorker(async (job, _) =>
        {
            if (job.Id == "long") await release.Task;
            return Json("null");
        }, new WorkerOptions { Concurrency = 1 });
        var done = await Add();
        await Reaches(done, JobState.Completed);
        await Add(new JobOptions { JobId = "long" });
        await Reaches("long", JobState.Active);
        await Add();
        await Add(new JobOptions { Priority = 2 });

        await Queue.DrainAsync();

        var counts = await Queue.GetJobCountsAsync();
        (counts[JobState.Waiting], counts[JobState.Prioritized], counts[JobState.Active], counts[JobState.Completed]).ShouldBe((0, 0, 1, 1));
        release.SetResult();
        await Reaches("long", JobState.Completed);
    }

    [Fact]
    public async Task Cleaning_leaves_the_jobs_that_workers_have()
    {
        var release = new TaskCompletionSource();
        await StartWorker(async (_, _) => { await release.Task; return Json("null"); });
        var job = await Add();
        await Reaches(job, JobState.Active);

        (await Queue.CleanAsync(TimeSpan.Zero, state: JobState.Active)).ShouldBeEmpty();

        release.SetResult();
        await Reaches(job, JobState.Completed);
        (await Queue.CleanAsync(TimeSpan.Zero)).ShouldBe([job.Id]);
        (await Queue.GetJobAsync(job.Id)).ShouldBeNull();
    }

    [Fact]
    public async Task Cleaning_up_to_a_limit_takes_the_oldest()
    {
        for (var i = 0; i < 4; i++) await Add();

        (await Queue.CleanAsync(TimeSpan.Zero, 2, JobState.Waiting)).Order().ShouldBe(["1", "2"]);

        (await Queue.GetRangesAsync([JobState.Waiting], 0, -1, ascending: true)).ShouldBe(["3", "4"]);
    }

    [Fact]
    public async Task What_is_no_job_is_removed_like_one()
    {
        var database = Redis.Connection.GetDatabase();
        foreach (var remove in new Func<Task>[] { () => Queue.DrainAsync(), () => Queue.CleanAsync(TimeSpan.Zero, state: JobState.Waiting), () => Queue.ObliterateAsync() })
        {
            var damaged = await Add();
            await database.StringSetAsync(Key(damaged.Id), "no hash");
            await Add();

            await remove();

            (await Queue.CountAsync()).ShouldBe(0);
            (await database.KeyExistsAsync(Key(damaged.Id))).ShouldBeFalse();
        }
    }

    [Fact]
    public async Task A_queue_with_active_jobs_is_obliterated_by_force_only()
    {
        var release = new TaskCompletionSource();
        await StartWorker(async (_, _) => { await release.Task; return Json("null"); });
        await Reaches(await Add(), JobState.Active);

        (await Should.ThrowAsync<InvalidOperationException>(() => Queue.ObliterateAsync())).Message.ShouldContain(Queue.Name);
        (await Queue.IsPausedAsync()).ShouldBeTrue();
        await Queue.ObliterateAsync(force: true);

        (await Queue.GetJobCountsAsync()).Values.ShouldAllBe(count => count == 0);
        (await Queue.IsPausedAsync()).ShouldBeFalse();
        release.SetResult();
    }

    [Fact]
    public async Task An_obliterated_queue_begins_again()
    {
        await Add();
        await Queue.ObliterateAsync();
        await StartWorker();

        var job = await Add();

        job.Id.ShouldBe("1");
        await Reaches(job, JobState.Completed);
    }

    [Fact]
    public async Task All_failed_jobs_are_processed_again()
    {
        var isFixed = false;
        await StartWorker((_, _) => isFixed ? Task.FromResult(Json("null")) : throw new InvalidOperationException("broken"));
        for (var i = 0; i < 5; i++) await Add();
        await Eventually.Get(() => Queue.GetJobCountsAsync(), counts => counts[JobState.Failed] == 5);
        isFixed = true;

        await Queue.RetryJobsAsync(count: 2);

        await Eventually.Get(() => Queue.GetJobCountsAsync(), counts => counts[JobState.Completed] == 5);
    }

    [Fact]
    public async Task A_promoted_job_is_processed_by_a_worker_that_waits()
    {
        await StartWorker();
        await Add(new JobOptions { Delay = TimeSpan.FromHours(1), JobId = "a" });
        await Add(new JobOptions { Delay = TimeSpan.FromHours(1), JobId = "b" });

        await Queue.PromoteJobsAsync();

        await Reaches("a", JobState.Completed);
        await Reaches("b", JobState.Completed);
    }

    [Fact]
    public async Task Arguments_outside_their_range_are_refused()
    {
        var refusals = new (string Parameter, Func<Task> Call)[]
        {
            ("count", () => Queue.ObliterateAsync(count: 0)),
            ("count", () => Queue.PromoteJobsAsync(0)),
            ("count", () => Queue.RetryJobsAsync(count: -1)),
            ("state", () => Queue.RetryJobsAsync(JobState.Delayed)),
            ("state", () => Queue.RetryJobAsync("1", JobState.Active)),
            ("state", () => Queue.CleanAsync(TimeSpan.Zero, state: JobState.WaitingChildren)),
            ("limit", () => Queue.CleanAsync(TimeSpan.Zero, -1)),
            ("grace", () => Queue.CleanAsync(TimeSpan.FromSeconds(-1))),
            ("maxLength", () => Queue.TrimEventsAsync(-1)),
            ("limit", () => Queue.RemoveOrphanedJobsAsync(limit: -1)),
            ("states", () => Queue.GetJobsAsync([JobState.Unknown])),
            ("states", () => Queue.GetRangesAsync([JobState.Unknown], 0, -1)),
            ("priorities", () => Queue.GetCountsPerPriorityAsync([-1])),
            ("keepLogs", () => Queue.AddJobLogAsync("1", "row", -1)),
        };
        foreach (var (parameter, call) in refusals) (await Should.ThrowAsync<ArgumentOutOfRangeException>(call)).ParamName.ShouldBe(parameter);
    }

    [Fact]
    public async Task Trimming_the_events_works_with_and_without_streams()
    {
        for (var i = 0; i < 3; i++) await Add();

        await Queue.TrimEventsAsync(0);

        (await Queue.CountAsync()).ShouldBe(3);
    }

    [Fact]
    public async Task Meta_tells_what_the_queue_has_set()
    {
        (await Queue.GetMetaAsync()).Version.ShouldBeNull();

        await Queue.PauseAsync();
        await Redis.Connection.GetDatabase().HashSetAsync(Key("meta"), "own", "1");

        var meta = await Queue.GetMetaAsync();
        meta.Paused.ShouldBeTrue();
        meta.MaxLenEvents.ShouldBe(10_000);
        meta.Concurrency.ShouldBeNull();
        meta.Others.ShouldBe(new Dictionary<string, string> { ["own"] = "1" });
    }

    [Fact]
    public async Task Workers_are_counted()
    {
        (await Queue.GetWorkersCountAsync()).ShouldBe(0);
        await StartWorker();

        await Eventually.Get(() => Queue.GetWorkersCountAsync(), count => count == 1);
    }

    [Fact]
    public async Task Metrics_name_each_state_once()
    {
        await Add();

        var lines = (await Queue.ExportPrometheusMetricsAsync()).Split('\n');

        lines.ShouldContain($"bullmq_job_count{{queue=\"{Queue.Name}\", state=\"waiting\"}} 1");
        lines.Where(line => !line.StartsWith('#')).Select(line => line.Split('}')[0]).ShouldBeUnique();
    }
}
