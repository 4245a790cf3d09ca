using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests;

/// <summary>What is done to some ten thousand jobs goes in many short script calls.</summary>
public abstract class LargeQueueTests(RedisCompatibleServer redis) : QueueSpecification(redis)
{
    private static readonly JobOptions Later = new() { Delay = TimeSpan.FromHours(1) };

    [Fact]
    public async Task Draining_leaves_nothing_of_the_jobs_that_wait()
    {
        await AddMany(10_000);
        await AddMany(1_500, new JobOptions { Priority = 5 });
        await AddMany(1_500, Later);

        await Queue.DrainAsync();
        (await Queue.CountAsync()).ShouldBe(1_500);
        await Queue.DrainAsync(delayed: true);

        (await KeysLeft()).Except(["id", "meta", "marker", "events", "pc"]).ShouldBeEmpty();
    }

    [Fact]
    public async Task Cleaning_tells_the_ids_of_all_jobs_that_are_gone()
    {
        await AddMany(10_500);

        var gone = await Queue.CleanAsync(TimeSpan.Zero, state: JobState.Waiting);

        gone.Select(int.Parse).Order().ShouldBe(Enumerable.Range(1, 10_500));
        (await Queue.CountAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Cleaning_passes_over_young_jobs_and_stops_at_its_limit()
    {
        await AddMany(1_100);
        await AddMany(2_500, new JobOptions { Timestamp = DateTimeOffset.UtcNow.AddDays(-2) });

        (await Queue.CleanAsync(TimeSpan.FromDays(1), 1_200, JobState.Waiting)).Count.ShouldBe(100);
        (await Queue.CleanAsync(TimeSpan.FromDays(1), state: JobState.Waiting)).Count.ShouldBe(2_400);

        (await Queue.CountAsync()).ShouldBe(1_100);
    }

    [Fact]
    public async Task Obliterating_leaves_no_key_of_the_queue()
    {
        await AddMany(2_000);
        await AddMany(1_000, new JobOptions { Priority = 5 });
        await AddMany(1_000, Later);

        await Queue.ObliterateAsync();

        (await KeysLeft()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Promoting_all_keeps_the_order_in_which_they_would_be_due()
    {
        await Queue.AddBulkAsync(Enumerable.Range(1, 10_000).Select(i => new NewJob("work", Json($"{i}"), new JobOptions { Delay = TimeSpan.FromHours(1) + TimeSpan.FromSeconds(i) })));

        await Queue.PromoteJobsAsync();

        (await Queue.GetDelayedCountAsync()).ShouldBe(0);
        (await Queue.GetRangesAsync([JobState.Waiting], 0, -1, ascending: true)).ShouldBe(Enumerable.Range(1, 10_000).Select(i => $"{i}"));
    }

    [Fact]
    public async Task Retrying_all_moves_each_finished_job_once()
    {
        await AddMany(3_100);
        var database = Redis.Connection.GetDatabase();
        var ids = await database.ListRangeAsync(Key("wait"));
        await database.SortedSetAddAsync(Key("failed"), Array.ConvertAll(ids, id => new StackExchange.Redis.SortedSetEntry(id, (double)id)));
        await database.KeyDeleteAsync(Key("wait"));

        await Queue.RetryJobsAsync();

        (await Queue.GetRangesAsync([JobState.Waiting], 0, -1, ascending: true)).Select(int.Parse).ShouldBe(Enumerable.Range(1, 3_100));
        (await Queue.GetJobCountByTypesAsync([JobState.Failed])).ShouldBe(0);
    }

    [Fact]
    public async Task Cancelling_ends_it_between_two_calls()
    {
        await AddMany(100, Later);
        using var cancellation = new CancellationTokenSource();
        // Each script call asks for the time once.
        var queue = new Queue(Queue.Name, Redis.Connection, timeProvider: new CountingTime(3, cancellation));

        await Should.ThrowAsync<OperationCanceledException>(() => queue.PromoteJobsAsync(10, cancellation.Token));

        await Eventually.Get(() => Queue.GetJobCountsAsync(), counts => counts[JobState.Waiting] == 30);
        (await Queue.GetDelayedCountAsync()).ShouldBe(70);
    }

    [Fact]
    public async Task Orphans_are_found_among_many_jobs()
    {
        await AddMany(3_100);
        var database = Redis.Connection.GetDatabase();
        foreach (var orphan in new[] { "a", "b", "c" }) await database.HashSetAsync(Key(orphan), "name", "work");
        await database.ListLeftPushAsync(Key("a:logs"), "row");

        (await Queue.RemoveOrphanedJobsAsync(limit: 2)).ShouldBe(2);
        (await Queue.RemoveOrphanedJobsAsync()).ShouldBe(1);

        (await KeysLeft()).Intersect(["a", "a:logs", "b", "c"]).ShouldBeEmpty();
        (await Queue.GetJobsAsync([JobState.Waiting])).Count.ShouldBe(3_100);
    }

    [Fact]
    public async Task An_orphan_of_several_keys_is_counted_once()
    {
        var database = Redis.Connection.GetDatabase();
        for (var i = 0; i < 50; i++)
        {
            await database.HashSetAsync(Key($"orphan-{i}"), "name", "work");
            foreach (var suffix in new[] { "logs", "dependencies", "processed" }) await database.ListLeftPushAsync(Key($"orphan-{i}:{suffix}"), "row");
        }

        (await Queue.RemoveOrphanedJobsAsync(count: 1)).ShouldBe(50);
    }

    private Task<IReadOnlyList<Job>> AddMany(int count, JobOptions? options = null) =>
        Queue.AddBulkAsync(Enumerable.Repeat(new NewJob("work", Json("1"), options), count));

    private async Task<List<string>> KeysLeft()
    {
        var keys = new List<string>();
        await foreach (var key in Redis.Connection.GetServers()[0].KeysAsync(pattern: Key("*").ToString(), pageSize: 1000)) keys.Add(key.ToString()[Key("").ToString().Length..]);
        return keys;
    }

    private sealed class CountingTime(int calls, CancellationTokenSource cancellation) : TimeProvider
    {
        private int _asked;

        public override DateTimeOffset GetUtcNow()
        {
            if (Interlocked.Increment(ref _asked) == calls) cancellation.Cancel();
            return base.GetUtcNow();
        }
    }
}
