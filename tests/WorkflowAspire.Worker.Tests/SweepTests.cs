using WorkflowAspire.TestServers;
using WorkflowAspire.Worker.Sweepers;

namespace WorkflowAspire.Worker.Tests;

public class SweepTests(RedisServer redis) : WorkerSpecification(redis)
{
    private readonly RedisServer _redis = redis;

    protected override IReadOnlyDictionary<string, string?> Settings { get; } = new Dictionary<string, string?>
    {
        ["Worker:Retention:CompletedAfter"] = "00:00:00",
        ["Worker:Retention:Interval"] = "00:00:00.200",
        ["Worker:Retention:BatchSize"] = "2",
    };

    [Fact]
    public async Task Completed_runs_are_deleted_when_they_are_old_enough_and_failed_ones_are_kept_by_default()
    {
        var failed = await GivenRun();
        await Store.FailAsync(failed.Id, null, "broken");
        var runs = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => GivenRun()));
        foreach (var run in runs) await Enqueue(run);

        foreach (var run in runs) await Eventually.True(async () => await Store.FindAsync(run.Id) is null);

        (await Store.FindAsync(failed.Id)).ShouldNotBeNull();
    }

    [Fact]
    public async Task One_worker_sweeps_at_a_time_and_the_next_turn_comes_when_the_interval_is_over()
    {
        var interval = TimeSpan.FromMilliseconds(300);
        var (first, second) = (new SweepTurn(_redis.Connection, "test", interval), new SweepTurn(_redis.Connection, "test", interval));

        (await first.TakeAsync()).ShouldBeTrue();
        (await second.TakeAsync()).ShouldBeFalse();
        (await first.KeepAsync()).ShouldBeTrue();
        (await second.KeepAsync()).ShouldBeFalse();
        await first.EndAsync();

        (await second.TakeAsync()).ShouldBeFalse();
        await Eventually.True(second.TakeAsync);
    }
}
