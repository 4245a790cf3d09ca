using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests.Stopping;

/// <summary>The bare worker.</summary>
internal sealed class WorkerUnderTest(Worker worker) : IConsumerUnderTest
{
    public static async Task<IConsumerUnderTest> StartAsync(RedisCompatibleServer redis, string queueName, int concurrency, Func<string, CancellationToken, Task> process)
    {
        var worker = new Worker(queueName, async (job, ct) =>
        {
            await process(job.Id, ct);
            return "null"u8.ToArray();
        }, redis.Connection, new WorkerOptions { Concurrency = concurrency });
        await worker.StartAsync();
        return new WorkerUnderTest(worker);
    }

    public Task StopAsync(TimeSpan timeout) => worker.CloseAsync(timeout);

    public ValueTask DisposeAsync() => new(worker.CloseAsync(TimeSpan.Zero));
}

public class StopUnderLoadOnRedis(RedisServer redis) : StopUnderLoadSpecification(redis)
{
    private readonly RedisServer _redis = redis;

    protected override Task<IConsumerUnderTest> StartAsync(string queueName, int concurrency, Func<string, CancellationToken, Task> process) =>
        WorkerUnderTest.StartAsync(_redis, queueName, concurrency, process);
}

public class StopUnderLoadOnGarnet(GarnetServer garnet) : StopUnderLoadSpecification(garnet)
{
    private readonly GarnetServer _garnet = garnet;

    protected override Task<IConsumerUnderTest> StartAsync(string queueName, int concurrency, Func<string, CancellationToken, Task> process) =>
        WorkerUnderTest.StartAsync(_garnet, queueName, concurrency, process);
}
