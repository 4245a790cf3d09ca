using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests.Connections;

/// <summary>A primary and its replica behind a sentinel: when the primary dies, the replica takes over.</summary>
public sealed class SentinelTests(RedisSentinel sentinel) : ConnectionSpecification, IClassFixture<RedisSentinel>
{
    [Fact]
    public async Task A_failover_loses_no_job_that_was_replicated_and_the_worker_goes_on()
    {
        var connection = Keep(await sentinel.ConnectAsync());
        var queue = new Queue(QueueName, connection);
        var finish = new TaskCompletionSource();
        await StartWorker(connection, new WorkerOptions
        {
            Concurrency = 5,
            LockDuration = TimeSpan.FromSeconds(30),
            StalledInterval = TimeSpan.FromSeconds(1),
            DrainDelay = TimeSpan.FromMinutes(10),
        }, async (_, _) => { await finish.Task; return Json("null"); });
        for (var i = 0; i < 50; i++) await queue.AddAsync("work", Json("1"));
        await Eventually.Get(() => Processed.Count, count => count == 5);
        ((long)await sentinel.Primary.Connection.GetDatabase().ExecuteAsync("WAIT", 1, 5000)).ShouldBe(1);

        await sentinel.Primary.KillAsync();
        finish.SetResult();

        await Eventually.True(() => Quietly(async () => (await queue.GetJobCountsAsync())[JobState.Completed] == 50));
        (await queue.GetJobsAsync([JobState.Completed])).ShouldAllBe(job => job.AttemptsMade == 1 && job.AttemptsStarted == 1);
        await Eventually.True(() => Logged("Redis is available again") == 1);
        Logged("Redis is unavailable").ShouldBe(1);
        // An idle worker hears of a new job on its own connection, which has followed the failover.
        var late = await queue.AddAsync("work", Json("1"));
        await Reaches(queue, late.Id, JobState.Completed);
        ((string)(await sentinel.Replica.Connection.GetServers()[0].ExecuteAsync("CLIENT", "LIST"))!).ShouldContain(":locks");
    }
}
