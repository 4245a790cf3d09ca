namespace WorkflowAspire.Interop.Tests.Differential;

internal partial interface IQueueActor
{
    /// <summary>Runs a worker until so many attempts have ended and it waits for more, then closes it.</summary>
    Task ProcessAsync(string how, int attempts = 1);
}

internal sealed partial class NodeActor
{
    public Task ProcessAsync(string how, int attempts = 1) => _queue.ProcessAsync(how, attempts);
}

internal sealed partial class DotNetActor
{
    public Task ProcessAsync(string how, int attempts = 1) => ProcessAsync(how, attempts, new WorkerOptions());

    private async Task ProcessAsync(string how, int attempts, WorkerOptions options)
    {
        var ended = new CountdownEvent(attempts);
        var allEnded = Task.Run(() => ended.Wait(TimeSpan.FromSeconds(60)));
        options.OnFailed = _ =>
        {
            ended.Signal();
            return Task.CompletedTask;
        };
        await using var worker = new Worker(_queue.Name, (job, _) =>
        {
            var result = Processors.Run(how, job);
            ended.Signal();
            return Task.FromResult(result);
        }, _redis, options);
        await worker.StartAsync();
        (await allEnded).ShouldBeTrue();
        await Idle.WorkerAsync(_redis, _queue.Name);
    }
}
