using StackExchange.Redis;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests.Connections;

/// <summary>A Redis Cluster: a hash tag keeps all keys of a queue in one slot.</summary>
public sealed class ClusterTests(RedisCluster cluster) : ConnectionSpecification, IClassFixture<RedisCluster>
{
    private const string Prefix = "{bull}";

    private static readonly QueueOptions Tagged = new() { Prefix = Prefix };

    [Fact]
    public async Task Jobs_live_their_whole_life_in_a_cluster()
    {
        var queue = new Queue(QueueName, cluster.Connection, Tagged);
        var deadLetters = new Queue($"{QueueName}-dlq", cluster.Connection, Tagged);
        await StartWorker(cluster.Connection, WithDeadLetters(deadLetters.Name), (job, _) =>
            job.Name == "fails" || (job.Name == "once" && job.AttemptsMade == 0) ? throw new InvalidOperationException("broken") : Task.FromResult(Json("null")));

        var plain = await queue.AddAsync("works", Json("1"));
        var delayed = await queue.AddAsync("works", Json("1"), new JobOptions { Delay = TimeSpan.FromMilliseconds(50) });
        var first = await queue.AddAsync("works", Json("1"), new JobOptions { Priority = 1 });
        var retried = await queue.AddAsync("once", Json("1"), new JobOptions { Attempts = 2 });
        var failed = await queue.AddAsync("fails", Json("1"), new JobOptions { JobId = "broken" });

        foreach (var job in new[] { plain, delayed, first, retried }) await Reaches(queue, job.Id, JobState.Completed);
        await Reaches(queue, failed.Id, JobState.Failed);
        await Reaches(deadLetters, failed.Id, JobState.Waiting);
        (await queue.GetJobCountsAsync())[JobState.Completed].ShouldBe(4);
        (await queue.GetWorkersAsync()).ShouldNotBeEmpty();
        Log.Collector.Count.ShouldBe(0);
    }

    [Fact]
    public async Task A_dead_letter_queue_may_be_in_another_slot()
    {
        var queue = new Queue($"{{{QueueName}}}", cluster.Connection);
        var deadLetters = new Queue($"{{{QueueName}-dlq}}", cluster.Connection);
        cluster.Connection.HashSlot($"bull:{queue.Name}:wait").ShouldNotBe(cluster.Connection.HashSlot($"bull:{deadLetters.Name}:wait"));
        await using var worker = new Worker(queue.Name, (_, _) => throw new InvalidOperationException("broken"), cluster.Connection, WithDeadLetters(deadLetters.Name, "bull"), Log);
        await worker.StartAsync();

        await queue.AddAsync("fails", Json("""{"keep":"me"}"""), new JobOptions { JobId = "broken" });

        await Reaches(queue, "broken", JobState.Failed);
        (await Reaches(deadLetters, "broken", JobState.Waiting)).Data.ToArray().ShouldBe("""{"keep":"me"}"""u8.ToArray());
        Log.Collector.Count.ShouldBe(0);
    }

    [Fact]
    public void A_prefix_without_a_hash_tag_is_refused_with_what_to_do()
    {
        Should.Throw<ArgumentException>(() => new Queue(QueueName, cluster.Connection)).Message.ShouldContain("'{bull}'");
        Should.Throw<ArgumentException>(() => new Worker(QueueName, (_, _) => Task.FromResult(Json("null")), cluster.Connection)).Message.ShouldContain("'{bull}'");
        Should.Throw<ArgumentException>(() => new Queue(QueueName, cluster.Connection, new QueueOptions { Prefix = "mine" })).Message.ShouldContain("'{mine}'");
    }

    [Fact]
    public async Task A_prefix_without_a_hash_tag_is_refused_at_the_first_use_where_the_cluster_was_not_known_before()
    {
        await using var proxy = new TcpProxy(cluster.Ports[0]);
        proxy.Refuse();
        var options = ConfigurationOptions.Parse($"{proxy.ConnectionString},abortConnect=false,connectTimeout=500,asyncTimeout=1000");
        options.ReconnectRetryPolicy = new LinearRetry(100);
        var connection = Keep(await ConnectionMultiplexer.ConnectAsync(options));
        var queue = new Queue(QueueName, connection);
        proxy.Heal();

        var told = "";
        await Eventually.True(async () =>
        {
            try
            {
                await queue.AddAsync("work", Json("1"));
            }
            catch (Exception error)
            {
                told = error.Message;
            }

            return told.Contains("{bull}", StringComparison.Ordinal);
        });
        told.ShouldContain("hash tag");
    }

    [Fact]
    public async Task A_slot_that_moves_to_another_node_loses_no_job()
    {
        var prefix = $"{{{QueueName}}}";
        var queue = new Queue(QueueName, cluster.Connection, new QueueOptions { Prefix = prefix });
        await StartWorker(cluster.Connection, new WorkerOptions { Prefix = prefix, Concurrency = 10, StalledInterval = TimeSpan.FromSeconds(1) },
            async (_, _) => { await Task.Delay(3, CancellationToken.None); return Json("null"); });
        var adding = AddAsync(queue, 600);
        await Eventually.Get(() => Processed.Count, count => count > 100);

        await cluster.MoveSlotAsync(cluster.Connection.HashSlot($"{prefix}:{QueueName}:wait"));

        var added = await adding;
        await Eventually.True(() => Quietly(async () => (await queue.GetJobCountsAsync())[JobState.Completed] >= added));
        (await queue.GetJobsAsync([JobState.Completed])).ShouldAllBe(job => job.AttemptsMade == 1);
        (await queue.GetJobCountsAsync())[JobState.Failed].ShouldBe(0);
        Logged("dropped").ShouldBe(0);
        Logged("could not be").ShouldBe(0);
    }

    private static WorkerOptions WithDeadLetters(string queueName, string prefix = Prefix) => new()
    {
        Prefix = prefix,
        Concurrency = 3,
        DeadLetter = new DeadLetterOptions { QueueName = queueName, Create = (job, _) => new DeadLetterJob(job.Name, job.Data) },
    };

    private static async Task<int> AddAsync(Queue queue, int count)
    {
        var added = 0;
        for (var i = 0; i < count; i++)
        {
            if (await Quietly(async () => await queue.AddAsync("work", Json("1")) is not null)) added++;
        }

        return added;
    }
}
