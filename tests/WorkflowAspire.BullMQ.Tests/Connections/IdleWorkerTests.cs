using StackExchange.Redis;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests.Connections;

/// <summary>An idle worker's next call waits at the server, behind its wait for the marker.</summary>
public sealed class IdleWorkerTests(RedisServer redis) : ConnectionSpecification
{
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(300);

    [Fact]
    public async Task The_server_hands_out_a_job_without_asking_the_worker_first()
    {
        await using var proxy = new TcpProxy(redis.Port);
        await StartIdleWorker(await ConnectAsync(proxy));
        proxy.Delay = TimeSpan.FromSeconds(2);

        var job = await NewQueue().AddAsync("work", Json("1"));

        (await NewQueue().GetJobStateAsync(job.Id)).ShouldBe(JobState.Active);
        Processed.ShouldBeEmpty();
        proxy.Delay = TimeSpan.Zero;
        await Reaches(NewQueue(), job.Id, JobState.Completed);
    }

    [Fact]
    public async Task A_job_whose_taking_was_never_answered_is_processed_once_the_worker_is_connected_again()
    {
        await using var proxy = new TcpProxy(redis.Port);
        await StartIdleWorker(await ConnectAsync(proxy));
        var job = await TakenUnheard(proxy);

        proxy.Cut();

        proxy.Delay = TimeSpan.Zero;
        var completed = await Reaches(NewQueue(), job.Id, JobState.Completed);
        (completed.AttemptsStarted, completed.StalledCounter).ShouldBe((1, 0));
    }

    [Fact]
    public async Task A_job_that_was_taken_just_before_the_worker_closed_goes_back()
    {
        await using var proxy = new TcpProxy(redis.Port);
        var worker = await StartIdleWorker(await ConnectAsync(proxy));
        var job = await TakenUnheard(proxy);

        await worker.CloseAsync();

        Processed.ShouldBeEmpty();
        (await NewQueue().GetJobStateAsync(job.Id)).ShouldBe(JobState.Waiting);
        (await NewQueue().GetJobAsync(job.Id))!.AttemptsMade.ShouldBe(0);
    }

    [Fact]
    public async Task A_job_that_was_taken_just_before_the_worker_paused_is_processed_before_the_pause_begins()
    {
        await using var proxy = new TcpProxy(redis.Port);
        var worker = await StartIdleWorker(await ConnectAsync(proxy));
        var job = await TakenUnheard(proxy);

        await worker.PauseAsync();

        (await NewQueue().GetJobStateAsync(job.Id)).ShouldBe(JobState.Completed);
    }

    [Fact]
    public async Task A_worker_that_met_a_rate_limit_pauses_without_waiting_for_its_end()
    {
        var worker = await StartIdleWorker(redis.Connection, new WorkerOptions { Limiter = new RateLimiterOptions(1, TimeSpan.FromMinutes(1)) });
        await NewQueue().RateLimitAsync(TimeSpan.FromMinutes(1));
        var job = await NewQueue().AddAsync("work", Json("1"));
        await Eventually.True(() => Waits(client => client.Contains(" cmd=evalsha ", StringComparison.Ordinal)));

        await worker.PauseAsync().WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

        (await NewQueue().GetJobStateAsync(job.Id)).ShouldBe(JobState.Waiting);
    }

    [Fact]
    public async Task A_worker_that_has_closed_leaves_jobs_to_others()
    {
        var worker = await StartIdleWorker(redis.Connection);
        await worker.CloseAsync();

        var job = await NewQueue().AddAsync("work", Json("1"));

        (await NewQueue().GetJobStateAsync(job.Id)).ShouldBe(JobState.Waiting);
        Logged("closed without an answer").ShouldBe(0);
    }

    [Fact]
    public async Task A_worker_closes_in_good_time_though_redis_is_out_of_reach_and_tells_what_it_does_not_know()
    {
        await using var proxy = new TcpProxy(redis.Port);
        var worker = await StartIdleWorker(await ConnectAsync(proxy));
        proxy.Refuse();

        await worker.CloseAsync().WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

        Logged("closed without an answer").ShouldBe(1);
    }

    [Fact]
    public async Task A_job_is_taken_at_the_time_of_the_workers_clock_however_long_the_call_has_waited()
    {
        var clock = new SettableClock { Offset = TimeSpan.FromHours(3) };
        await StartIdleWorker(redis.Connection, clock: clock);
        var waits = clock.GetTimestamp();
        await Eventually.True(() => clock.GetElapsedTime(waits) > Slow);

        var job = await NewQueue(clock).AddAsync("work", Json("1"));

        var completed = await Reaches(NewQueue(), job.Id, JobState.Completed);
        completed.ProcessedOn!.Value.ShouldBeInRange(job.Timestamp - (Slow / 2), completed.FinishedOn!.Value + (Slow / 2));
        Processed.ShouldHaveSingleItem().ProcessedOn!.Value.ToUnixTimeMilliseconds().ShouldBe(completed.ProcessedOn.Value.ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task A_worker_whose_clock_is_set_goes_by_its_new_time()
    {
        var clock = new SettableClock();
        await StartIdleWorker(redis.Connection, new WorkerOptions { DrainDelay = TimeSpan.FromMilliseconds(50) }, clock);

        clock.Offset = TimeSpan.FromHours(3);

        await Eventually.True(async () =>
        {
            var job = await NewQueue(clock).AddAsync("work", Json("1"));
            return (await Reaches(NewQueue(), job.Id, JobState.Completed)).ProcessedOn >= job.Timestamp - Slow;
        });
    }

    [Fact]
    public async Task A_delayed_job_is_taken_when_it_is_due()
    {
        await StartIdleWorker(redis.Connection);

        var job = await NewQueue().AddAsync("work", Json("1"), new JobOptions { Delay = Slow });

        var completed = await Reaches(NewQueue(), job.Id, JobState.Completed);
        (completed.ProcessedOn!.Value - job.Timestamp).ShouldBeInRange(Slow, TimeSpan.FromSeconds(4));
    }

    [Fact]
    public async Task A_worker_whose_locks_may_run_out_meanwhile_asks_for_jobs_itself()
    {
        await StartWorker(redis.Connection, new WorkerOptions { LockDuration = TimeSpan.FromSeconds(9) });
        await Eventually.True(() => Waits(client => client.Contains(" cmd=bzpopmin ", StringComparison.Ordinal)));

        (await Waits(client => client.Contains(" qbuf=0 ", StringComparison.Ordinal))).ShouldBeTrue();

        var job = await NewQueue().AddAsync("work", Json("1"));
        await Reaches(NewQueue(), job.Id, JobState.Completed);
    }

    private Queue NewQueue(TimeProvider? clock = null) => new(QueueName, redis.Connection, timeProvider: clock);

    private async Task<IConnectionMultiplexer> ConnectAsync(TcpProxy proxy)
    {
        var options = ConfigurationOptions.Parse($"{proxy.ConnectionString},abortConnect=false");
        options.ReconnectRetryPolicy = new LinearRetry(100);
        return Keep(await ConnectionMultiplexer.ConnectAsync(options));
    }

    private async Task<Worker> StartIdleWorker(IConnectionMultiplexer connection, WorkerOptions? options = null, TimeProvider? clock = null)
    {
        var worker = await StartWorker(connection, options, clock: clock);
        // What a blocked client has sent beyond its wait is in its query buffer.
        await Eventually.True(() => Waits(client => client.Contains(" cmd=bzpopmin ", StringComparison.Ordinal) && !client.Contains(" qbuf=0 ", StringComparison.Ordinal)));
        return worker;
    }

    // Whether that is what Redis says of the connection on which the worker waits.
    private async Task<bool> Waits(Func<string, bool> asSaid) =>
        (await redis.Connection.GetServers()[0].ClientListAsync()).Any(client => client.Name == new QueueKeys("bull", QueueName).ClientName && asSaid(client.Raw!));

    // The answer is on its way to the worker, and comes too late.
    private async Task<Job> TakenUnheard(TcpProxy proxy)
    {
        proxy.Delay = Slow;
        var job = await NewQueue().AddAsync("work", Json("1"));
        (await NewQueue().GetJobStateAsync(job.Id)).ShouldBe(JobState.Active);
        return job;
    }

    private sealed class SettableClock : TimeProvider
    {
        public TimeSpan Offset { get; set; }

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Offset;
    }
}
