using System.Globalization;
using StackExchange.Redis;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests.Reliability;

/// <summary>A server that is there and refuses: the error says so once, and the worker lives on.</summary>
public sealed class ServerErrorTests : QueueSpecification, IClassFixture<OutageTests.OwnRedis>
{
    private readonly RedisServer _server;

    public ServerErrorTests(OutageTests.OwnRedis own)
        : base(own.Server) => _server = own.Server;

    [Fact]
    public async Task A_primary_that_becomes_a_replica_and_a_primary_again_loses_no_job()
    {
        var release = new TaskCompletionSource();
        await StartWorker(async (_, _) => { await release.Task; return Json("null"); }, new WorkerOptions { Concurrency = 5, StalledInterval = TimeSpan.FromSeconds(1) });
        for (var i = 0; i < 20; i++) await Add();
        await Eventually.Get(() => Processed.Count, count => count == 5);

        await Command("REPLICAOF", "127.0.0.1", ServerProcess.FreePort().ToString(CultureInfo.InvariantCulture));
        release.SetResult();
        await Eventually.True(() => Logged("Redis is unavailable") == 1);
        (await Should.ThrowAsync<RedisException>(() => Add())).Message.ShouldMatch("READONLY|replica|writ");
        await Command("REPLICAOF", "NO", "ONE");

        await Completes(20);
        (await Queue.GetJobsAsync([JobState.Completed])).ShouldAllBe(job => job.AttemptsMade == 1 && job.AttemptsStarted == 1);
        await ComesBack();
    }

    [Fact]
    public async Task A_full_server_refuses_adds_and_gets_the_completions_when_it_has_memory_again()
    {
        var release = new TaskCompletionSource();
        await StartWorker(async (_, _) => { await release.Task; return Json("null"); }, new WorkerOptions { Concurrency = 5, StalledInterval = TimeSpan.FromSeconds(1) });
        for (var i = 0; i < 5; i++) await Add();
        await Eventually.Get(() => Processed.Count, count => count == 5);

        await Command("CONFIG", "SET", "maxmemory", "1");
        (await Should.ThrowAsync<RedisServerException>(() => Add(new JobOptions { JobId = "later" }))).Message.ShouldStartWith("OOM");
        release.SetResult();
        await Command("CONFIG", "SET", "maxmemory", "0");
        await Add(new JobOptions { JobId = "later" });

        await Completes(6);
        (await Queue.GetJobsAsync([JobState.Completed])).ShouldAllBe(job => job.AttemptsStarted == 1);
    }

    [Fact]
    public async Task A_worker_waits_between_its_tries_as_long_as_it_was_told()
    {
        // So many tries would take minutes with the default.
        const int Tries = 200;
        var (errors, release) = (0, new TaskCompletionSource());
        await StartWorker(async (_, _) => { await release.Task; return Json("null"); }, new WorkerOptions
        {
            RunRetryDelay = TimeSpan.FromMilliseconds(5),
            OnError = _ => Task.FromResult(Interlocked.Increment(ref errors)),
        });
        await Add();
        await Eventually.Get(() => Processed.Count, count => count == 1);

        await Command("REPLICAOF", "127.0.0.1", ServerProcess.FreePort().ToString(CultureInfo.InvariantCulture));
        release.SetResult();
        await Eventually.Get(() => Volatile.Read(ref errors), count => count >= Tries);
        await Command("REPLICAOF", "NO", "ONE");

        await Completes(1);
    }

    [Fact]
    public async Task A_server_that_loads_its_data_is_waited_for()
    {
        await StartWorker(new WorkerOptions { Concurrency = 5, StalledInterval = TimeSpan.FromSeconds(1) });
        await Command("DEBUG", "POPULATE", "500", "ballast");
        for (var i = 0; i < 10; i++) await Add();
        await Completes(10);
        await Queue.PauseAsync();
        await Add();
        await Queue.ResumeAsync();
        await Completes(11);
        await Command("BGREWRITEAOF");
        await Eventually.True(async () => !((string)(await Command("INFO", "persistence"))!).Contains("aof_rewrite_in_progress:1", StringComparison.Ordinal));

        await _server.KillAsync();
        _server.Settings = [.. OutageTests.OwnRedis.Settings, "--key-load-delay", "4000", "--loading-process-events-interval-bytes", "1024"];
        _server.Start();
        await Eventually.True(() => Logged("Redis is unavailable") >= 1);
        await Eventually.True(AddsAgain);

        await Eventually.Get(CountsAsync, counts => counts[JobState.Completed] >= 12);
        _server.Settings = OutageTests.OwnRedis.Settings;
        await Command("DEL", [.. Enumerable.Range(0, 500).Select(i => $"ballast:{i}")]);
    }

    [Fact]
    public async Task A_user_who_loses_a_right_is_told_which_one_and_the_worker_goes_on_when_it_is_given()
    {
        await StartWorker(new WorkerOptions { StalledInterval = TimeSpan.FromSeconds(1), DrainDelay = TimeSpan.FromMilliseconds(200) });
        await Completed(await Add());

        await Command("ACL", "SETUSER", "default", "-bzpopmin", "-xadd");
        await Eventually.True(() => Logged("bzpopmin") == 1);
        (await Should.ThrowAsync<RedisServerException>(() => Add())).Message.ShouldContain("XADD");
        await Command("ACL", "SETUSER", "default", "+@all");

        await Completed(await Add());
        await ComesBack();
    }

    [Fact]
    public async Task A_password_set_meanwhile_is_told_and_the_worker_goes_on_when_it_is_gone()
    {
        await StartWorker(new WorkerOptions { StalledInterval = TimeSpan.FromSeconds(1), DrainDelay = TimeSpan.FromMilliseconds(200) });
        await Completed(await Add());

        await Command("CONFIG", "SET", "requirepass", "secret");
        await KillClients();
        await Eventually.True(() => Logged("Redis is unavailable") == 1);
        await Command("CONFIG", "SET", "requirepass", "");

        await Eventually.True(AddsAgain);
        await Eventually.Get(CountsAsync, counts => counts[JobState.Completed] >= 2);
        await ComesBack();
    }

    [Fact]
    public async Task A_server_without_room_for_more_clients_is_tried_again()
    {
        await StartWorker(new WorkerOptions { StalledInterval = TimeSpan.FromSeconds(1), DrainDelay = TimeSpan.FromMilliseconds(200) });
        await Completed(await Add());
        var before = (await Command("CONFIG", "GET", "maxclients"))[1].ToString();

        await Command("CONFIG", "SET", "maxclients", "1");
        await KillClients();
        await Eventually.True(() => Logged("Redis is unavailable") == 1);
        await Command("CONFIG", "SET", "maxclients", before);

        await Completed(await Add());
        await ComesBack();
    }

    [Fact]
    public async Task Clients_killed_again_and_again_complete_every_job_once()
    {
        await StartWorker(async (_, _) => { await Task.Delay(2, CancellationToken.None); return Json("null"); }, new WorkerOptions { Concurrency = 5, StalledInterval = TimeSpan.FromSeconds(1) });
        for (var i = 0; i < 200; i++)
        {
            await Add();
            if (i % 40 == 0) await KillClients();
        }

        await Completes(200);
        (await Queue.GetJobsAsync([JobState.Completed])).ShouldAllBe(job => job.AttemptsMade == 1);
    }

    private async Task<RedisResult> Command(string name, params string[] arguments) => await _server.Connection.GetDatabase().ExecuteAsync(name, arguments);

    private async Task KillClients() => await Command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");

    private Task<Job> Completed(Job job) => Reaches(job, JobState.Completed);

    private async Task Completes(int count) => await Eventually.Get(CountsAsync, counts => counts[JobState.Completed] == count);

    private async Task ComesBack()
    {
        await Eventually.True(() => Logged("Redis is available again") == 1);
        (Logged("Redis is unavailable") + Logged("A call for queue")).ShouldBe(1);
        Logged("could not be recorded").ShouldBe(0);
    }

    private int Logged(string text) => Log.Collector.GetSnapshot().Count(record => record.Message.Contains(text, StringComparison.Ordinal));

    private async Task<bool> AddsAgain()
    {
        try
        {
            await Add(new JobOptions { JobId = "again" });
            return true;
        }
        catch (Exception error) when (error is RedisException or TimeoutException)
        {
            return false;
        }
    }

    private async Task<IReadOnlyDictionary<JobState, long>> CountsAsync()
    {
        try
        {
            return await Queue.GetJobCountsAsync();
        }
        catch (Exception error) when (error is RedisException or TimeoutException)
        {
            return Enum.GetValues<JobState>().ToDictionary(state => state, _ => -1L);
        }
    }
}
