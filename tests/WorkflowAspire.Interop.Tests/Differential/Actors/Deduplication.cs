namespace WorkflowAspire.Interop.Tests.Differential;

internal partial interface IQueueActor
{
    /// <summary>As <see cref="ProcessAsync(string, int)"/>, with something that happens while the first job is active and before any ends.</summary>
    Task ProcessWhileAsync(string how, int attempts, Func<Task> meanwhile);

    Task RemoveDeduplicationKeyAsync(string deduplicationId);

    /// <summary>Lets others of a job's deduplication id be added, where the job is what keeps them out.</summary>
    Task RemoveOwnDeduplicationKeyAsync(string id);
}

internal sealed partial class NodeActor
{
    public Task ProcessWhileAsync(string how, int attempts, Func<Task> meanwhile) => _queue.ProcessWhileAsync(how, attempts, meanwhile);

    public Task RemoveDeduplicationKeyAsync(string deduplicationId) => _queue.CallAsync("removeDeduplicationKey", deduplicationId);

    public Task RemoveOwnDeduplicationKeyAsync(string id) => _queue.CallJobAsync(id, "removeDeduplicationKey");
}

internal sealed partial class DotNetActor
{
    public async Task ProcessWhileAsync(string how, int attempts, Func<Task> meanwhile)
    {
        var (isActive, mayEnd, ended) = (new TaskCompletionSource(), new TaskCompletionSource(), new SemaphoreSlim(0));
        var options = new WorkerOptions
        {
            OnFailed = _ =>
            {
                ended.Release();
                return Task.CompletedTask;
            },
        };
        await using var worker = new Worker(_queue.Name, async (job, _) =>
        {
            isActive.TrySetResult();
            await mayEnd.Task;
            var result = Processors.Run(how, job);
            ended.Release();
            return result;
        }, _redis, options);
        await worker.StartAsync();
        await isActive.Task;
        await meanwhile();
        mayEnd.SetResult();
        for (var i = 0; i < attempts; i++) (await ended.WaitAsync(TimeSpan.FromSeconds(60))).ShouldBeTrue();
        await Idle.WorkerAsync(_redis, _queue.Name);
    }

    public Task RemoveDeduplicationKeyAsync(string deduplicationId) => _queue.RemoveDeduplicationKeyAsync(deduplicationId);

    public async Task RemoveOwnDeduplicationKeyAsync(string id) => await (await _queue.GetJobAsync(id))!.RemoveDeduplicationKeyAsync();
}
