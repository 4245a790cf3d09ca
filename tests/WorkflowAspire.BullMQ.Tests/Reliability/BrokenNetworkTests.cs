using System.Diagnostics;
using StackExchange.Redis;
using WorkflowAspire.BullMQ.Tests.Connections;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests.Reliability;

/// <summary>Redis is well, but the way to it is not.</summary>
public sealed class BrokenNetworkTests(RedisServer redis) : ConnectionSpecification
{
    [Fact]
    public async Task Adds_throw_together_within_the_clients_timeout_however_many_wait_and_may_be_repeated()
    {
        await using var proxy = new TcpProxy(redis.Port);
        var queue = new Queue(QueueName, await ConnectAsync(proxy));
        await queue.AddAsync("work", Json("1"), new JobOptions { JobId = "job-0" });
        proxy.Refuse();

        // Far more than go in the two calls that may be under way.
        var adds = Enumerable.Range(0, 5000).Select(i => queue.AddAsync("work", Json("1"), new JobOptions { JobId = $"job-{i}" })).ToArray();
        var watch = Stopwatch.StartNew();
        foreach (var add in adds) (await Should.ThrowAsync<Exception>(add)).ShouldBeAssignableTo<RedisConnectionException>();
        var calls = watch.Elapsed / TimeSpan.FromSeconds(1);
        proxy.Heal();

        // One after the other, thirteen calls would have taken their time.
        calls.ShouldBeLessThan(10);
        await Eventually.True(() => Quietly(async () => await queue.AddAsync("work", Json("1"), new JobOptions { JobId = "job-0" }) is not null));
        await Task.WhenAll(Enumerable.Range(0, 5000).Select(i => queue.AddAsync("work", Json("1"), new JobOptions { JobId = $"job-{i}" })));
        (await queue.GetJobCountsAsync())[JobState.Waiting].ShouldBe(5000);
    }

    [Fact]
    public async Task An_add_whose_answer_is_lost_may_be_repeated_with_the_same_id()
    {
        await using var proxy = new TcpProxy(redis.Port);
        var queue = new Queue(QueueName, await ConnectAsync(proxy));
        await queue.AddAsync("work", Json("1"), new JobOptions { JobId = "first" });
        proxy.Delay = TimeSpan.FromMilliseconds(300);
        var adding = queue.AddAsync("work", Json("1"), new JobOptions { JobId = "again" });
        await Eventually.True(() => redis.Connection.GetDatabase().KeyExistsAsync($"bull:{QueueName}:again"));

        proxy.Cut();

        await Should.ThrowAsync<RedisConnectionException>(adding);
        proxy.Delay = TimeSpan.Zero;
        await Eventually.True(() => Quietly(async () => (await queue.AddAsync("work", Json("1"), new JobOptions { JobId = "again" })).Id == "again"));
        (await queue.GetJobCountsAsync())[JobState.Waiting].ShouldBe(2);
    }

    [Fact]
    public async Task A_worker_whose_connections_are_half_open_finds_out_and_goes_on()
    {
        await using var proxy = new TcpProxy(redis.Port);
        var producer = new Queue(QueueName, redis.Connection);
        await StartWorker(await ConnectAsync(proxy), new WorkerOptions { StalledInterval = TimeSpan.FromSeconds(1) });
        await Reaches(producer, (await producer.AddAsync("work", Json("1"))).Id, JobState.Completed);

        proxy.Swallow();
        var swallowed = await producer.AddAsync("work", Json("1"));
        await Eventually.True(() => Logged("Redis is unavailable") == 1);
        proxy.Heal();

        await Reaches(producer, swallowed.Id, JobState.Completed);
        await Eventually.True(() => Logged("Redis is available again") == Logged("Redis is unavailable"));
        // The connection that waits for jobs has a longer timeout, and may find out when the others are well again.
        Logged("Redis is unavailable").ShouldBeInRange(1, 2);
    }

    private async Task<IConnectionMultiplexer> ConnectAsync(TcpProxy proxy)
    {
        var options = ConfigurationOptions.Parse($"{proxy.ConnectionString},abortConnect=false,asyncTimeout=1000,syncTimeout=1000,connectTimeout=1000");
        options.ReconnectRetryPolicy = new LinearRetry(100);
        return Keep(await ConnectionMultiplexer.ConnectAsync(options));
    }
}
