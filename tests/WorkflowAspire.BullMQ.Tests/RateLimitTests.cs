using System.Collections.Concurrent;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests;

public abstract class RateLimitTests(RedisCompatibleServer redis) : QueueSpecification(redis)
{
    private static readonly RateLimiterOptions OneAnHour = new(1, TimeSpan.FromHours(1));

    [Fact]
    public async Task A_worker_takes_no_more_jobs_than_its_limiter_allows()
    {
        await StartWorker(new WorkerOptions { Concurrency = 5, Limiter = new RateLimiterOptions(2, TimeSpan.FromHours(1)) });

        for (var i = 0; i < 4; i++) await Add();

        await Eventually.Get(() => Queue.GetJobCountsAsync(), counts => counts[JobState.Completed] == 2);
        await Eventually.Get(() => Queue.GetRateLimitTtlAsync(2), left => left > TimeSpan.Zero);
        (await Queue.GetJobCountsAsync())[JobState.Waiting].ShouldBe(2);
    }

    [Fact]
    public async Task Jobs_go_on_when_the_period_of_the_limit_is_over()
    {
        await StartWorker(new WorkerOptions { Limiter = new RateLimiterOptions(1, TimeSpan.FromMilliseconds(50)) });

        for (var i = 0; i < 3; i++) await Add();

        await Eventually.Get(() => Queue.GetJobCountsAsync(), counts => counts[JobState.Completed] == 3);
    }

    [Fact]
    public async Task The_queues_limit_holds_for_workers_without_one_and_goes_before_that_of_others()
    {
        await Queue.SetGlobalRateLimitAsync(1, TimeSpan.FromHours(1));
        await StartWorker();
        await StartWorker(new WorkerOptions { Limiter = new RateLimiterOptions(100, TimeSpan.FromHours(1)) });

        for (var i = 0; i < 3; i++) await Add();

        await Eventually.Get(() => Queue.GetJobCountsAsync(), counts => counts[JobState.Completed] == 1);
        (await Queue.GetRateLimitTtlAsync()).ShouldBeGreaterThan(TimeSpan.Zero);
        (await Queue.GetJobCountsAsync())[JobState.Waiting].ShouldBe(2);
    }

    [Fact]
    public async Task The_queues_limits_can_be_read_and_ended()
    {
        (await Queue.GetGlobalRateLimitAsync()).ShouldBeNull();
        (await Queue.GetGlobalConcurrencyAsync()).ShouldBeNull();
        await Queue.SetGlobalRateLimitAsync(3, TimeSpan.FromSeconds(2));
        await Queue.SetGlobalConcurrencyAsync(7);
        (await Queue.GetGlobalRateLimitAsync()).ShouldBe(new RateLimiterOptions(3, TimeSpan.FromSeconds(2)));
        (await Queue.GetGlobalConcurrencyAsync()).ShouldBe(7);

        (await Queue.RemoveGlobalRateLimitAsync()).ShouldBeTrue();
        (await Queue.RemoveGlobalConcurrencyAsync()).ShouldBeTrue();

        (await Queue.GetGlobalRateLimitAsync()).ShouldBeNull();
        (await Queue.GetGlobalConcurrencyAsync()).ShouldBeNull();
        (await Queue.RemoveGlobalRateLimitAsync()).ShouldBeFalse();
    }

    [Fact]
    public async Task A_job_whose_processor_meets_a_limit_waits_again_and_loses_no_attempt()
    {
        Worker? worker = null;
        var isLimited = true;
        worker = await StartWorker(async (_, ct) =>
        {
            if (!isLimited) return Json("1");
            isLimited = false;
            await worker!.RateLimitAsync(TimeSpan.FromMilliseconds(100), ct);
            throw new RateLimitError();
        }, new WorkerOptions { Limiter = new RateLimiterOptions(100, TimeSpan.FromHours(1)) });

        var job = await Reaches(await Add(), JobState.Completed);

        job.AttemptsMade.ShouldBe(1);
        job.AttemptsStarted.ShouldBe(2);
        job.FailedReason.ShouldBeNull();
    }

    [Fact]
    public async Task A_worker_whose_processor_met_a_limit_takes_nothing_before_it_ends()
    {
        await StartWorker(async (_, ct) =>
        {
            await Queue.RateLimitAsync(TimeSpan.FromHours(1), ct);
            throw new RateLimitError();
        });

        var job = await Add();

        await Eventually.Get(() => Queue.GetJobAsync(job.Id), seen => seen!.AttemptsStarted == 1);
        await Reaches(job, JobState.Waiting);
        await Add();
        await Eventually.True(async () => (await Queue.GetRateLimitTtlAsync()) > TimeSpan.Zero);
        Processed.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Without_the_limiters_key_jobs_are_taken_again()
    {
        await Queue.RateLimitAsync(TimeSpan.FromHours(1));
        (await Queue.GetRateLimitTtlAsync(1)).ShouldBeGreaterThan(TimeSpan.FromMinutes(59));
        await StartWorker(new WorkerOptions { Limiter = OneAnHour, MaximumRateLimitDelay = TimeSpan.FromMilliseconds(50) });
        var job = await Add();

        (await Queue.RemoveRateLimitKeyAsync()).ShouldBeTrue();

        await Reaches(job, JobState.Completed);
        (await Queue.RemoveRateLimitKeyAsync()).ShouldBeTrue();
        (await Queue.GetRateLimitTtlAsync()).ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public async Task No_more_jobs_are_active_than_the_queues_concurrency_allows()
    {
        await Queue.SetGlobalConcurrencyAsync(2);
        var (active, most) = (0, 0);
        var isMaxed = new ConcurrentBag<bool>();
        async Task<ReadOnlyMemory<byte>> Process(Job job, CancellationToken ct)
        {
            var now = Interlocked.Increment(ref active);
            InterlockedMax(ref most, now);
            isMaxed.Add(await Queue.IsMaxedAsync(ct));
            await Task.Delay(10, ct);
            Interlocked.Decrement(ref active);
            return Json("null");
        }

        for (var i = 0; i < 3; i++) await StartWorker(Process, new WorkerOptions { Concurrency = 5, DrainDelay = TimeSpan.FromMilliseconds(200) });
        await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => Add()));

        await Eventually.Get(() => Queue.GetJobCountsAsync(), counts => counts[JobState.Completed] == 30);
        most.ShouldBeInRange(1, 2);
        isMaxed.ShouldContain(true);
        (await Queue.IsMaxedAsync()).ShouldBeFalse();
    }

    [Fact]
    public async Task A_failed_job_makes_room_in_a_queue_at_its_concurrency()
    {
        await Queue.SetGlobalConcurrencyAsync(1);
        var release = new TaskCompletionSource();
        await StartWorker(async (job, _) =>
        {
            if (job.Name == "good") return Json("1");
            await release.Task;
            throw new InvalidOperationException("no");
        }, new WorkerOptions { Concurrency = 3, DrainDelay = TimeSpan.FromMinutes(10) });
        var bad = await Add();
        await Reaches(bad, JobState.Active);
        var good = await Queue.AddAsync("good", Json("1"));

        release.SetResult();

        await Reaches(bad, JobState.Failed);
        await Reaches(good, JobState.Completed);
    }

    [Fact]
    public async Task Limits_outside_their_range_are_refused_with_their_names()
    {
        (await Should.ThrowAsync<ArgumentOutOfRangeException>(() => Queue.SetGlobalConcurrencyAsync(0))).ParamName.ShouldBe("concurrency");
        (await Should.ThrowAsync<ArgumentOutOfRangeException>(() => Queue.SetGlobalRateLimitAsync(0, TimeSpan.FromSeconds(1)))).ParamName.ShouldBe("max");
        (await Should.ThrowAsync<ArgumentOutOfRangeException>(() => Queue.RateLimitAsync(TimeSpan.Zero))).ParamName.ShouldBe("duration");
        Should.Throw<ArgumentOutOfRangeException>(() => new Worker(Queue.Name, null, Redis.Connection, new WorkerOptions { Limiter = new RateLimiterOptions(0, TimeSpan.FromSeconds(1)) }))
            .ParamName.ShouldBe("Limiter.Max");
    }

    private static void InterlockedMax(ref int most, int now)
    {
        for (var seen = Volatile.Read(ref most); seen < now; seen = Volatile.Read(ref most)) Interlocked.CompareExchange(ref most, now, seen);
    }
}
