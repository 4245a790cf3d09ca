using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests;

// On Redis only: Garnet runs in this process and would starve together with the processors.
public class OccupiedPoolTests(RedisServer redis) : QueueSpecification(redis)
{
    [Fact]
    public async Task A_processor_that_occupies_every_pool_thread_keeps_its_lock()
    {
        using var release = new ManualResetEventSlim();
        var blocked = Environment.ProcessorCount * 4;
        for (var i = 0; i < blocked; i++) await Add();
        await StartWorker((_, _) =>
        {
            release.Wait(CancellationToken.None);
            return Task.FromResult(Json("null"));
        }, new WorkerOptions { Concurrency = blocked, LockDuration = TimeSpan.FromMilliseconds(600), StalledInterval = TimeSpan.FromMilliseconds(200) });
        await Eventually.Get(() => Processed.Count, count => count == blocked);
        var started = Environment.TickCount64;

        await Eventually.True(() => Environment.TickCount64 - started > 3 * 600);

        Processed.Count.ShouldBe(blocked);
        Log.Collector.GetSnapshot().ShouldNotContain(record => record.Message.Contains("Lost the lock"));
        release.Set();
        await Eventually.Get(() => Queue.GetJobCountsAsync(), counts => counts[JobState.Completed] == blocked);
    }
}
