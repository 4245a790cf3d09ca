using StackExchange.Redis;

namespace WorkflowAspire.Interop.Tests.Differential;

/// <summary>A worker of ours that counts attempts as Node's events do: one that parks its job is none.</summary>
internal static class FlowWorker
{
    public static async Task RunAsync(Queue queue, IConnectionMultiplexer redis, string how, int attempts, int concurrency)
    {
        using var ended = new CountdownEvent(attempts);
        var allEnded = Task.Run(() => ended.Wait(TimeSpan.FromSeconds(30)));
        var failures = 0;
        var options = new WorkerOptions
        {
            Concurrency = concurrency,
            OnFailed = _ =>
            {
                failures++;
                ended.Signal();
                return Task.CompletedTask;
            },
        };
        await using var worker = new Worker(queue.Name, async (job, _) =>
        {
            var result = await Processors.RunAsync(how, job, queue);
            // A job that is refused for its children fails later, and counts then.
            if (how is not ("outlive" or "forget" or "parkForOne") || job.Id != "parent") ended.Signal();
            return result;
        }, redis, options);
        await worker.StartAsync();
        (await allEnded).ShouldBeTrue($"{attempts} attempts of {queue.Name} should have ended; {failures} failed");
        await Idle.WorkerAsync(redis, queue.Name);
    }
}
