using System.Collections.Concurrent;
using StackExchange.Redis;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests;

public abstract class ProcessingTests(RedisCompatibleServer redis) : QueueSpecification(redis)
{
    [Fact]
    public async Task A_job_is_completed_with_what_its_processor_returns()
    {
        await StartWorker((job, _) => Task.FromResult(Json($$"""{"got":{{Text(job.Data)}}}""")));

        var job = await Reaches(await Add(data: """{"n":42}"""), JobState.Completed);

        Text(job.ReturnValue!.Value).ShouldBe("""{"got":{"n":42}}""");
        job.AttemptsMade.ShouldBe(1);
        job.AttemptsStarted.ShouldBe(1);
        job.FinishedOn.ShouldNotBeNull();
    }

    [Fact]
    public async Task Jobs_that_wait_already_are_processed_in_the_order_they_came()
    {
        for (var i = 0; i < 20; i++) await Add(data: $"{i}");

        await StartWorker();

        await Eventually.Get(() => Processed.Count, count => count == 20);
        Processed.Select(job => Text(job.Data)).ShouldBe(Enumerable.Range(0, 20).Select(i => $"{i}"));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    [InlineData(50)]
    public async Task Jobs_begin_in_the_order_in_which_they_were_added_however_many_run_at_once(int concurrency)
    {
        await AddMany(300);

        await StartWorker(async (_, _) => { await Task.Yield(); return Json("null"); }, new WorkerOptions { Concurrency = concurrency });

        await Eventually.Get(() => Processed.Count, count => count == 300);
        Processed.Select(job => Text(job.Data)).ShouldBe(Enumerable.Range(0, 300).Select(i => $"{i}"));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(50)]
    public async Task Jobs_that_come_to_an_idle_worker_together_begin_in_their_order(int concurrency)
    {
        await StartWorker(async (_, _) => { await Task.Yield(); return Json("null"); }, new WorkerOptions { Concurrency = concurrency });
        await Eventually.True(async () => (await Queue.GetWorkersAsync()).Count == 1);

        for (var round = 0; round < 5; round++)
        {
            await AddMany(60);
            await Eventually.Get(() => Queue.GetJobCountsAsync(), counts => counts[JobState.Completed] == 60 * (round + 1));
        }

        Processed.Select(job => Text(job.Data)).ShouldBe(Enumerable.Repeat(Enumerable.Range(0, 60).Select(i => $"{i}"), 5).SelectMany(all => all));
    }

    [Fact]
    public async Task A_processor_that_keeps_its_thread_keeps_no_other_job_from_beginning()
    {
        using var together = new Barrier(4);
        await AddMany(16);

        await StartWorker((_, ct) => Task.FromResult(Json(together.SignalAndWait(TimeSpan.FromSeconds(10), ct) ? "true" : "false")), new WorkerOptions { Concurrency = 4 });

        await Eventually.Get(() => Queue.GetJobCountsAsync(), counts => counts[JobState.Completed] == 16);
        (await Queue.GetCompletedAsync()).ShouldAllBe(job => Text(job.ReturnValue!.Value) == "true");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_job_that_is_over_is_handed_in_though_one_behind_it_keeps_the_thread(int keeper)
    {
        using var release = new ManualResetEventSlim();
        await AddMany(3);

        await StartWorker((job, _) =>
        {
            if (Text(job.Data) == $"{keeper}") release.Wait(CancellationToken.None);
            return Task.FromResult(Json("null"));
        }, new WorkerOptions { Concurrency = 3 });

        await Eventually.Get(() => Queue.GetJobCountsAsync(), counts => counts[JobState.Completed] == 2 && counts[JobState.Active] == 1);
        release.Set();
        await Eventually.Get(() => Queue.GetJobCountsAsync(), counts => counts[JobState.Completed] == 3);
    }

    [Fact]
    public async Task A_lifo_job_comes_first_and_a_lower_priority_number_before_a_higher()
    {
        await Add(data: "3");
        await Add(new JobOptions { Priority = 7 }, "5");
        await Add(new JobOptions { Priority = 2 }, "4");
        await Add(new JobOptions { Lifo = true }, "1");

        await StartWorker();

        await Eventually.Get(() => Processed.Count, count => count == 4);
        Processed.Select(job => Text(job.Data)).ShouldBe(["1", "3", "4", "5"]);
    }

    [Fact]
    public async Task As_many_jobs_run_at_once_as_the_concurrency_allows_and_no_more()
    {
        var release = new TaskCompletionSource();
        int now = 0, most = 0;
        for (var i = 0; i < 12; i++) await Add();

        await StartWorker(async (_, _) =>
        {
            InterlockedMax(ref most, Interlocked.Increment(ref now));
            await release.Task;
            Interlocked.Decrement(ref now);
            return Json("null");
        }, new WorkerOptions { Concurrency = 5 });

        await Eventually.Get(() => Volatile.Read(ref now), running => running == 5);
        (await Queue.GetJobCountsAsync())[JobState.Active].ShouldBe(5);
        release.SetResult();
        await Eventually.Get(() => Queue.GetJobCountsAsync(), counts => counts[JobState.Completed] == 12);
        most.ShouldBe(5);
    }

    [Fact]
    public async Task A_job_that_arrives_while_another_runs_is_taken_by_the_free_slot()
    {
        var release = new TaskCompletionSource();
        await StartWorker(async (job, _) =>
        {
            if (Text(job.Data) == "\"slow\"") await release.Task;
            return Json("null");
        }, new WorkerOptions { Concurrency = 2 });
        var slow = await Add(data: "\"slow\"");
        await Reaches(slow, JobState.Active);

        var quick = await Add(data: "\"quick\"");

        await Reaches(quick, JobState.Completed);
        (await Queue.GetJobStateAsync(slow.Id)).ShouldBe(JobState.Active);
        release.SetResult();
        await Reaches(slow, JobState.Completed);
    }

    [Fact]
    public async Task Many_jobs_and_many_workers_process_each_job_once()
    {
        var release = new TaskCompletionSource();
        for (var worker = 0; worker < 3; worker++)
            await StartWorker(async (_, _) => { await release.Task; return Json("null"); }, new WorkerOptions { Concurrency = 10 });
        await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => Add()));

        release.SetResult();

        await Eventually.Get(() => Queue.GetJobCountsAsync(), counts => counts[JobState.Completed] == 500);
        Processed.Select(job => job.Id).Distinct().Count().ShouldBe(500);
        Processed.Count.ShouldBe(500);
    }

    [Fact]
    public async Task A_delayed_job_waits_for_its_time()
    {
        var job = await Add(new JobOptions { Delay = TimeSpan.FromMilliseconds(300) });
        (await Queue.GetJobStateAsync(job.Id)).ShouldBe(JobState.Delayed);

        await StartWorker();

        var done = await Reaches(job, JobState.Completed);
        (done.ProcessedOn! - done.Timestamp).Value.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(300));
        done.Delay.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public async Task Only_the_newest_completed_jobs_stay_when_a_count_is_given()
    {
        // Jobs that complete in the same millisecond are in the order of their ids, as text.
        for (var i = 1; i <= 9; i++) await Add(new JobOptions { RemoveOnComplete = KeepJobs.Count(3) }, $"{i}");

        await StartWorker();

        await Eventually.Get(() => Processed.Count, count => count == 9);
        await Eventually.Get(() => Queue.GetJobCountsAsync(), counts => counts[JobState.Active] == 0);
        var kept = await Queue.GetJobsAsync([JobState.Completed], ascending: true);
        kept.Select(job => Text(job.Data)).ShouldBe(["7", "8", "9"]);
    }

    [Fact]
    public async Task Nothing_of_a_completed_job_stays_when_it_is_to_be_removed()
    {
        var job = await Add(new JobOptions { RemoveOnComplete = KeepJobs.None });

        await StartWorker();

        await Eventually.True(async () => await Queue.GetJobAsync(job.Id) is null);
        (await Queue.GetJobStateAsync(job.Id)).ShouldBe(JobState.Unknown);
    }

    [Fact]
    public async Task An_id_that_exists_is_not_added_again()
    {
        await Add(new JobOptions { JobId = "mine" }, "1");

        var second = await Add(new JobOptions { JobId = "mine" }, "2");

        second.Id.ShouldBe("mine");
        Text((await Queue.GetJobAsync("mine"))!.Data).ShouldBe("1");
        (await Queue.GetJobCountsAsync())[JobState.Waiting].ShouldBe(1);
    }

    [Fact]
    public async Task A_paused_queue_keeps_its_jobs_until_it_is_resumed()
    {
        await StartWorker();
        await Queue.PauseAsync();
        var job = await Add();
        (await Queue.IsPausedAsync()).ShouldBeTrue();
        (await Queue.GetJobStateAsync(job.Id)).ShouldBe(JobState.Waiting);
        (await Redis.Connection.GetDatabase().KeyExistsAsync(Key("marker"))).ShouldBeFalse();

        await Queue.ResumeAsync();

        await Reaches(job, JobState.Completed);
    }

    [Fact]
    public async Task A_queue_never_has_more_active_jobs_than_its_global_concurrency()
    {
        await Redis.Connection.GetDatabase().HashSetAsync(Key("meta"), "concurrency", 2);
        for (var i = 0; i < 9; i++) await Add();
        int now = 0, most = 0;

        await StartWorker(async (_, _) =>
        {
            InterlockedMax(ref most, Interlocked.Increment(ref now));
            await Task.Yield();
            Interlocked.Decrement(ref now);
            return Json("null");
        }, new WorkerOptions { Concurrency = 8 });

        await Eventually.Get(() => Queue.GetJobCountsAsync(), counts => counts[JobState.Completed] == 9);
        most.ShouldBeLessThanOrEqualTo(2);
    }

    [Fact]
    public async Task What_a_worker_tells_of_is_the_job_as_Redis_has_it()
    {
        var ended = new ConcurrentQueue<Job>();
        await StartWorker((job, _) => Text(job.Data) == "\"fails\"" ? throw new InvalidOperationException("broken") : Task.FromResult(Json("7")), new WorkerOptions
        {
            OnCompleted = completion => { ended.Enqueue(completion.Job); return Task.CompletedTask; },
            OnFailed = failure => { ended.Enqueue(failure.Job); return Task.CompletedTask; },
        });

        await Add();
        await Add(data: "\"fails\"");
        await Add(new JobOptions { Attempts = 2, Backoff = BackoffOptions.Fixed(TimeSpan.FromHours(1)) }, "\"fails\"");

        await Eventually.Get(() => ended.Count, count => count == 3);
        foreach (var job in ended) await IsAsRedisHasIt(job);
        ended.Count(job => job.FinishedOn is not null).ShouldBe(2);
    }

    [Fact]
    public async Task Workers_are_listed_by_a_connection_without_the_clients_admin_mode()
    {
        await StartWorker(new WorkerOptions { Name = "reader" });
        await using var ordinary = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{Redis.Port}");

        var worker = (await Eventually.Get(() => new Queue(Queue.Name, ordinary).GetWorkersAsync(), found => found.Count > 0)).Single();

        (worker.Name, worker.Address.StartsWith("127.0.0.1:", StringComparison.Ordinal), worker.Id.All(char.IsAsciiDigit)).ShouldBe(("reader", true, true));
        (await new Queue($"{Queue.Name}x", ordinary).GetWorkersCountAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task The_worker_is_listed_once_under_its_name()
    {
        await StartWorker(new WorkerOptions { Name = "reader" });

        var workers = await Eventually.Get(() => Queue.GetWorkersAsync(), found => found.Count > 0);

        workers.ShouldHaveSingleItem().Name.ShouldBe("reader");
    }

    private Task<IReadOnlyList<Job>> AddMany(int count) => Queue.AddBulkAsync(Enumerable.Range(0, count).Select(i => new NewJob("work", Json($"{i}"))));

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); value > seen; seen = Volatile.Read(ref target))
            if (Interlocked.CompareExchange(ref target, value, seen) == seen) return;
    }
}
