using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using WorkflowAspire.BullMQ.Protocol;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests.Connections;

/// <summary>Redis users that may do what docs/redis.md says and nothing else.</summary>
public sealed class AccessRightsTests : ConnectionSpecification, IClassFixture<OutageTests.OwnRedis>
{
    private const string Password = "acl-secret-4711";

    // What the client itself sends when it connects, and to run a script.
    private static readonly string[] Connecting = ["PING", "ECHO", "INFO", "CLIENT|ID", "CLIENT|SETNAME", "EVAL", "EVALSHA", "SCRIPT|LOAD"];

    private static readonly Script[] WorkersScripts =
        [Script.Complete, Script.ExtendLocks, Script.Fail, Script.GetState, Script.HandBack, Script.Reclaim, Script.RecoverStalled, Script.Retry];

    private readonly RedisServer _server;

    public AccessRightsTests(OutageTests.OwnRedis own) => _server = own.Server;

    [Fact]
    public async Task A_producer_needs_exactly_the_rights_that_the_documentation_names()
    {
        var rights = Documented("producer");
        var queue = new Queue(QueueName, await ConnectAsync("producer", rights));
        await _server.Connection.GetDatabase().HashSetAsync($"bull:{QueueName}:meta", "concurrency", 5);
        await Command("CONFIG", "RESETSTAT");

        await AddEveryKindAsync(queue);

        var called = ((string)(await Command("INFO", "commandstats"))!).Split('\n').Where(line => line.StartsWith("cmdstat_", StringComparison.Ordinal))
            .Select(line => line.Split(':')[0]["cmdstat_".Length..].ToUpperInvariant());
        // DEL takes back a job that the server refuses half-way.
        rights.Except(Connecting).Except(called).ShouldBe(["DEL"]);
    }

    [Fact]
    public async Task A_worker_needs_exactly_the_rights_that_the_documentation_names()
    {
        var rights = Documented("worker");
        var needed = WorkersScripts.SelectMany(script => script.Commands).Append("BZPOPMIN").ToHashSet();
        needed.Except(rights).ShouldBeEmpty();
        rights.Except(Connecting).Except(needed).ShouldBeEmpty();

        await LiveAsync(await ConnectAsync("worker", rights), new Queue(QueueName, _server.Connection));

        Log.Collector.GetSnapshot().ShouldNotContain(record => record.Message.Contains("NOPERM", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("XADD")]
    [InlineData("HSET")]
    [InlineData("HMGET")]
    public async Task A_producer_without_one_of_them_is_told_which(string right)
    {
        var queue = new Queue(QueueName, await ConnectAsync("producer", [.. Documented("producer").Except([right])]));

        var refused = await Should.ThrowAsync<RedisServerException>(() => queue.AddAsync("work", Json("1")));

        refused.Message.ShouldContain(right, Case.Insensitive);
        refused.Message.ShouldContain("NOPERM");
        refused.ToString().ShouldNotContain(Password);
    }

    [Theory]
    [InlineData("BZPOPMIN")]
    [InlineData("RPOP")]
    public async Task A_worker_without_one_of_them_tells_which_once_and_goes_on_when_it_is_given(string right)
    {
        var queue = new Queue(QueueName, _server.Connection);
        await StartWorker(await ConnectAsync("worker", [.. Documented("worker").Except([right])]), new WorkerOptions { DrainDelay = TimeSpan.FromMilliseconds(100) });
        await Eventually.True(() => Log.Collector.GetSnapshot().Count(record => record.Message.Contains(right, StringComparison.OrdinalIgnoreCase)) == 1);

        await Command("ACL", "SETUSER", "worker", $"+{right}");

        var job = await queue.AddAsync("work", Json("1"));
        await Reaches(queue, job.Id, JobState.Completed);
        Log.Collector.GetSnapshot().Count(record => record.Level == LogLevel.Error).ShouldBe(1);
        Log.Collector.GetSnapshot().ShouldAllBe(record => !$"{record.Message}{record.Exception}".Contains(Password));
    }

    private Task<RedisResult> Command(string name, params string[] arguments) => _server.Connection.GetDatabase().ExecuteAsync(name, arguments);

    private static string[] Documented(string user, [CallerFilePath] string path = "")
    {
        var lines = File.ReadAllLines(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "..", "docs", "redis.md"));
        var rule = lines.SkipWhile(line => !line.StartsWith($"ACL SETUSER {user} ", StringComparison.Ordinal)).TakeWhile(line => line.Length > 0 && !line.StartsWith("```", StringComparison.Ordinal));
        return [.. string.Join(' ', rule).Split(' ').Where(word => word.StartsWith('+')).Select(word => word[1..].ToUpperInvariant())];
    }

    private static async Task AddEveryKindAsync(Queue queue)
    {
        await queue.AddAsync("work", Json("1"));
        await queue.AddAsync("work", Json("1"), new JobOptions { Delay = TimeSpan.FromMilliseconds(20) });
        await queue.AddAsync("work", Json("1"), new JobOptions { Priority = 1 });
        await queue.AddAsync("work", Json("1"), new JobOptions { Lifo = true });
        await queue.AddAsync("work", Json("1"), new JobOptions { JobId = "twice" });
        await queue.AddAsync("work", Json("1"), new JobOptions { JobId = "twice" });
        await queue.AddBulkAsync([new NewJob("work", Json("1"))]);
    }

    private async Task LiveAsync(IConnectionMultiplexer connection, Queue queue)
    {
        var worker = await StartWorker(connection, new WorkerOptions
        {
            Concurrency = 3,
            LockDuration = TimeSpan.FromSeconds(2),
            StalledInterval = TimeSpan.FromMilliseconds(100),
            DeadLetter = new DeadLetterOptions { QueueName = $"{QueueName}-dlq", Create = (job, _) => new DeadLetterJob(job.Name, job.Data) },
        }, async (job, ct) =>
        {
            if (job.Name == "fails") throw new InvalidOperationException("broken");
            if (job.Name == "long") await Task.Delay(TimeSpan.FromMilliseconds(800), ct);
            if (job.Name == "endless") await Task.Delay(Timeout.Infinite, ct);
            return Json("null");
        });
        await AddEveryKindAsync(queue);
        await queue.AddAsync("work", Json("1"), new JobOptions { RemoveOnComplete = KeepJobs.Count(1) });
        var slow = await queue.AddAsync("long", Json("1"));
        var failed = await queue.AddAsync("fails", Json("1"), new JobOptions { Attempts = 3, Backoff = BackoffOptions.Fixed(TimeSpan.FromMilliseconds(20)), RemoveOnFail = KeepJobs.Age(TimeSpan.FromHours(1)) });
        var again = await queue.AddAsync("fails", Json("1"), new JobOptions { Attempts = 2 });
        await Reaches(queue, slow.Id, JobState.Completed);
        await Reaches(queue, failed.Id, JobState.Failed);
        await Reaches(queue, again.Id, JobState.Failed);
        // A job of a worker that vanished.
        var stalled = await queue.AddAsync("endless", Json("1"));
        await Reaches(queue, stalled.Id, JobState.Active);
        var database = _server.Connection.GetDatabase();
        await database.StringSetAsync($"bull:{QueueName}:{stalled.Id}:lock", "another's");
        await Eventually.True(() => Logged("Lost the lock") == 1);
        await database.KeyDeleteAsync($"bull:{QueueName}:{stalled.Id}:lock");
        await Eventually.True(() => Logged("stalled") == 1);
        await Eventually.Get(() => Processed.Count(job => job.Id == stalled.Id), count => count == 2);
        await worker.CloseAsync(TimeSpan.FromMilliseconds(10));
        await Reaches(queue, stalled.Id, JobState.Waiting);
    }

    private async Task<IConnectionMultiplexer> ConnectAsync(string user, string[] rights)
    {
        var rules = $"reset on >{Password} ~bull:{QueueName}:* ~bull:{QueueName}-dlq:*".Split(' ').Concat(rights.Select(right => $"+{right}"));
        await Command("ACL", ["SETUSER", user, .. rules]);
        var connection = await ConnectionMultiplexer.ConnectAsync(string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_server.Port},user={user},password={Password},abortConnect=false"));
        await Eventually.True(() => connection.IsConnected);
        return Keep(connection);
    }
}
