namespace WorkflowAspire.Interop.Tests.Differential;

internal partial interface IQueueActor
{
    /// <summary>Makes or changes a scheduler; a refusal changes nothing and is ignored.</summary>
    Task UpsertSchedulerAsync(string id, RepeatOptions repeat, JobSchedulerTemplate? template = null);

    /// <summary>The same while a worker processes one of its jobs.</summary>
    Task UpsertSchedulerWhileActiveAsync(string id, RepeatOptions repeat);

    Task RemoveSchedulerAsync(string id);

    /// <summary>Adds a repeatable job, as only BullMQ 5 does; the worker may be either.</summary>
    Task AddRepeatableAsync(string options);

    /// <summary>Lets a scheduler's newest job be taken now.</summary>
    Task PromoteIterationAsync();

    /// <summary>Retries the newest failed job of a scheduler.</summary>
    Task RetryIterationAsync();

    /// <summary>Asks to remove each job that a scheduler has made.</summary>
    Task RemoveIterationsAsync();
}

internal sealed partial class NodeActor
{
    public async Task UpsertSchedulerAsync(string id, RepeatOptions repeat, JobSchedulerTemplate? template = null) =>
        await _queue.TryUpsertSchedulerAsync(id, repeat, template);

    public Task UpsertSchedulerWhileActiveAsync(string id, RepeatOptions repeat) => _queue.UpsertSchedulerWhileActiveAsync(id, repeat);

    public Task RemoveSchedulerAsync(string id) => _queue.CallAsync("removeJobScheduler", id);

    public Task AddRepeatableAsync(string options) => _queue.AddRepeatableAsync(options);

    public Task PromoteIterationAsync() => _queue.PromoteIterationAsync();

    public Task RetryIterationAsync() => RetryAsync(_queue.Iterations()[^1]);

    public async Task RemoveIterationsAsync()
    {
        foreach (var id in _queue.Iterations())
        {
            try
            {
                await _queue.CallAsync("remove", id);
            }
            catch (InvalidOperationException error) when (error.Message.Contains("job scheduler", StringComparison.Ordinal))
            {
            }
        }
    }
}

internal sealed partial class DotNetActor
{
    public async Task UpsertSchedulerAsync(string id, RepeatOptions repeat, JobSchedulerTemplate? template = null)
    {
        try
        {
            await _queue.UpsertJobSchedulerAsync(id, repeat, template);
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException)
        {
        }
    }

    public async Task UpsertSchedulerWhileActiveAsync(string id, RepeatOptions repeat)
    {
        var isFirst = true;
        var done = new TaskCompletionSource();
        await using var worker = new Worker(_queue.Name, async (_, ct) =>
        {
            if (isFirst) await _queue.UpsertJobSchedulerAsync(id, repeat, ct: ct);
            isFirst = false;
            done.TrySetResult();
            return default;
        }, _redis);
        await worker.StartAsync();
        await done.Task;
        await Idle.WorkerAsync(_redis, _queue.Name);
    }

    public Task RemoveSchedulerAsync(string id) => _queue.RemoveJobSchedulerAsync(id);

    public Task AddRepeatableAsync(string options) => _node.AddRepeatableAsync(options);

    public Task PromoteIterationAsync() => _node.PromoteIterationAsync();

    public Task RetryIterationAsync() => RetryAsync(_node.Iterations()[^1]);

    public async Task RemoveIterationsAsync()
    {
        foreach (var id in _node.Iterations())
        {
            try
            {
                await _queue.RemoveJobAsync(id);
            }
            catch (InvalidOperationException)
            {
            }
        }
    }
}
