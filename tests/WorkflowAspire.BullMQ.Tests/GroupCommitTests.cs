using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using StackExchange.Redis;
using WorkflowAspire.BullMQ.Processing;
using WorkflowAspire.BullMQ.Protocol;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests;

/// <summary>Calls that carry many jobs leave what as many calls with one job would leave.</summary>
public abstract class GroupCommitTests(RedisCompatibleServer redis) : QueueSpecification(redis)
{
    private const int Jobs = 40;

    // Every call at the same instant, so that the states can be compared to the digit.
    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_000));

    public static TheoryData<int> Seeds { get; } = [.. Enumerable.Range(1, 12)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Jobs_completed_in_one_call_leave_what_a_call_for_each_leaves(int seed)
    {
        var random = new Random(seed);
        var jobs = Enumerable.Range(0, Jobs).Select(n => AnyJob(random, n)).ToArray();
        var handedIn = Enumerable.Range(0, Jobs).Where(_ => random.Next(4) > 0).OrderBy(_ => random.Next()).ToArray();
        var damage = Enumerable.Range(0, Jobs).Where(_ => random.Next(8) == 0).ToArray();

        var together = await StateAfter(jobs, damage, handedIn, (exchange, finished) => exchange.RunAsync(finished, 0));
        var oneByOne = await StateAfter(jobs, damage, handedIn, async (exchange, finished) =>
        {
            foreach (var job in finished) await exchange.RunAsync([job], 0);
        });

        together.ShouldBe(oneByOne);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Jobs_added_in_one_call_leave_what_a_call_for_each_leaves(int seed)
    {
        var random = new Random(seed);
        var jobs = Enumerable.Range(0, Jobs).Select(n => AnyJob(random, random.Next(2 * Jobs))).ToArray();
        var (together, oneByOne) = (NewQueue(), NewQueue());

        await together.AddBulkAsync(jobs);
        foreach (var job in jobs) await oneByOne.AddAsync(job.Name, job.Data, job.Options);

        (await State(together)).ShouldBe(await State(oneByOne));
    }

    private static NewJob AnyJob(Random random, int n) => new("work", Json($"{n}"), new JobOptions
    {
        JobId = random.Next(3) == 0 ? $"mine-{n}" : null,
        Priority = random.Next(4) == 0 ? random.Next(1, 4) : 0,
        Lifo = random.Next(4) == 0,
        Delay = random.Next(6) == 0 ? TimeSpan.FromMilliseconds(random.Next(1, 3)) : TimeSpan.Zero,
        RemoveOnComplete = random.Next(5) switch { 0 => KeepJobs.None, 1 => KeepJobs.Count(3), 2 => KeepJobs.Age(TimeSpan.FromHours(1), 5), _ => null },
    });

    private Queue NewQueue() => new($"q-{Guid.NewGuid():N}", Redis.Connection, timeProvider: _time);

    private async Task<string> StateAfter(NewJob[] jobs, int[] damage, int[] handedIn, Func<Exchange, FinishedJob[], Task> handIn)
    {
        var queue = NewQueue();
        await queue.AddBulkAsync(jobs.Select(job => job with { Options = job.Options! with { Delay = TimeSpan.Zero } }));
        var database = Redis.Connection.GetDatabase();
        var exchange = Exchange.Alone(new QueueConnection(new QueueKeys("bull", queue.Name), database, _time), new WorkerOptions(), NullLogger.Instance);
        var taken = (await exchange.RunAsync([], Jobs)).Taken;
        foreach (var (n, job) in damage.Where(n => n < taken.Count).Select((n, at) => (at, taken[n].Job)))
        {
            if (n % 4 == 0) await database.KeyDeleteAsync($"bull:{queue.Name}:{job.Id}");
            if (n % 4 == 1) await database.StringSetAsync($"bull:{queue.Name}:{job.Id}:lock", "another worker's");
            if (n % 4 == 2) await database.KeyDeleteAsync($"bull:{queue.Name}:{job.Id}:lock");
            if (n % 4 == 3) await database.ListRemoveAsync($"bull:{queue.Name}:active", job.Id);
        }

        await handIn(exchange, [.. handedIn.Where(n => n < taken.Count).Select(n => new FinishedJob(taken[n], Json($"\"{n}\"")))]);
        return await State(queue);
    }

    // Tokens are another worker's own each time.
    private async Task<string> State(Queue queue)
    {
        var database = Redis.Connection.GetDatabase();
        var lines = new List<string>();
        foreach (var key in Redis.Connection.GetServers()[0].Keys(pattern: $"bull:{queue.Name}:*").OrderBy(key => key.ToString(), StringComparer.Ordinal))
        {
            var content = await database.KeyTypeAsync(key) switch
            {
                RedisType.Hash => (await database.HashGetAllAsync(key)).Select(field => $"{field.Name}={field.Value}").Order(StringComparer.Ordinal),
                RedisType.List => (await database.ListRangeAsync(key)).Select(id => id.ToString()),
                RedisType.Set => (await database.SetMembersAsync(key)).Select(id => id.ToString()).Order(StringComparer.Ordinal),
                RedisType.SortedSet => (await database.SortedSetRangeByRankWithScoresAsync(key)).Select(entry => $"{entry.Element} {entry.Score:R}"),
                RedisType.Stream => (await database.StreamRangeAsync(key)).Select(entry => string.Join(' ', entry.Values.Select(field => $"{field.Name}={field.Value}"))),
                _ => [],
            };
            lines.Add($"{key.ToString()[(queue.Name.Length + 6)..]}: {string.Join(" | ", content)}");
        }

        return string.Join('\n', lines);
    }
}
