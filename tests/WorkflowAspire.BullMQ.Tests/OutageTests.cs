using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests;

/// <summary>Redis goes away and comes back. Each test has a server of its own.</summary>
public sealed class OutageTests : QueueSpecification, IClassFixture<OutageTests.OwnRedis>
{
    private readonly RedisServer _server;

    public OutageTests(OwnRedis own)
        : base(own.Server) => _server = own.Server;

    [Fact]
    public async Task Redis_killed_under_load_loses_no_job_and_completes_none_twice()
    {
        const int Jobs = 600;
        for (var i = 0; i < Jobs; i++) await Add();
        await StartWorker(async (_, _) => { await Task.Delay(5, CancellationToken.None); return Json("null"); }, new WorkerOptions { Concurrency = 20, StalledInterval = TimeSpan.FromSeconds(1) });
        await Eventually.Get(() => Processed.Count, count => count > Jobs / 4);

        await _server.KillAsync();
        await Eventually.True(() => Logged("Redis is unavailable") > 0);
        _server.Start();

        await Eventually.Get(CountsAsync, counts => counts[JobState.Completed] == Jobs);
        (await Queue.GetJobsAsync([JobState.Completed])).ShouldAllBe(job => job.AttemptsMade == 1);
        await Eventually.True(() => Logged("Redis is available again") == 1);
        Logged("Redis is unavailable").ShouldBe(1);
    }

    [Fact]
    public async Task A_processor_sees_its_token_cancelled_when_Redis_is_away_for_longer_than_its_lock()
    {
        var cancelled = new TaskCompletionSource();
        await StartWorker(async (_, ct) =>
        {
            await using var seen = ct.Register(cancelled.SetResult);
            await Task.Delay(Timeout.Infinite, ct);
            return Json("null");
        }, new WorkerOptions { LockDuration = TimeSpan.FromSeconds(1), StalledInterval = TimeSpan.FromMilliseconds(500), MaxStalledCount = 0 });
        var job = await Add();
        await Reaches(job, JobState.Active);

        _server.Signal("STOP");
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(30));
        _server.Signal("CONT");

        (await Reaches(job, JobState.Failed)).FailedReason.ShouldBe("job stalled more than allowable limit");
    }

    [Fact]
    public async Task A_worker_closes_within_its_timeout_though_Redis_is_away_and_its_jobs_do_not_listen()
    {
        var release = new TaskCompletionSource();
        var worker = await StartWorker(async (_, ct) =>
        {
            await (Processed.Count % 2 == 0 ? release.Task : Task.Delay(Timeout.Infinite, ct));
            return Json("null");
        }, new WorkerOptions { Concurrency = 20 });
        for (var i = 0; i < 20; i++) await Add();
        await Eventually.True(() => Processed.Count == 20);
        await _server.KillAsync();

        await worker.CloseAsync(TimeSpan.FromMilliseconds(100)).WaitAsync(TimeSpan.FromSeconds(30));

        worker.IsRunning.ShouldBeFalse();
        Logged("could not be recorded").ShouldBe(20);
        release.SetResult();
        _server.Start();
        await Eventually.True(() => _server.Connection.IsConnected);
    }

    [Fact]
    public async Task Results_that_a_closing_worker_could_not_record_are_told()
    {
        var release = new TaskCompletionSource();
        var worker = await StartWorker(async (_, _) => { await release.Task; return Json("null"); }, new WorkerOptions { Concurrency = 8 });
        for (var i = 0; i < 8; i++) await Add();
        await Eventually.True(() => Processed.Count == 8);
        await _server.KillAsync();
        release.SetResult();

        await worker.CloseAsync(TimeSpan.FromMilliseconds(100)).WaitAsync(TimeSpan.FromSeconds(30));

        await Eventually.True(() => Logged("did not confirm the result of job") == 5 && Logged("Nor did it confirm the results of 3 more jobs") == 1);
        _server.Start();
        await Eventually.True(() => _server.Connection.IsConnected);
    }

    [Fact]
    public async Task SCRIPT_FLUSH_in_flight_goes_unnoticed()
    {
        var database = Redis.Connection.GetDatabase();
        await StartWorker(new WorkerOptions { Concurrency = 5 });

        for (var i = 0; i < 100; i++)
        {
            await Add();
            if (i % 20 == 0) await database.ExecuteAsync("SCRIPT", "FLUSH");
        }

        await Eventually.Get(CountsAsync, counts => counts[JobState.Completed] == 100);
        Logged("").ShouldBe(0);
    }

    private int Logged(string text) => Log.Collector.GetSnapshot().Count(record => record.Message.Contains(text));

    // While the server is away the look fails; the next one may not.
    private async Task<IReadOnlyDictionary<JobState, long>> CountsAsync()
    {
        try
        {
            return await Queue.GetJobCountsAsync();
        }
        catch (StackExchange.Redis.RedisException)
        {
            return Enum.GetValues<JobState>().ToDictionary(state => state, _ => -1L);
        }
        catch (TimeoutException)
        {
            return Enum.GetValues<JobState>().ToDictionary(state => state, _ => -1L);
        }
    }

    /// <summary>A redis-server that the tests of this class may stop.</summary>
    public sealed class OwnRedis : IAsyncLifetime
    {
        public static IReadOnlyList<string> Settings { get; } = ["--enable-debug-command", "yes"];

        public RedisServer Server { get; } = new() { Settings = Settings };

        public ValueTask InitializeAsync() => Server.InitializeAsync();

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
