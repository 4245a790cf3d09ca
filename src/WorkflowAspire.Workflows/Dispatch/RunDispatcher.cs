using System.Text.Json;
using StackExchange.Redis;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Workflows.Dispatch;

/// <summary>Puts runs that are in the store into the queue. To do so twice is harmless.</summary>
public sealed class RunDispatcher(IConnectionMultiplexer redis, RunStore store, TimeProvider time)
{
    private readonly Queue _queue = new(ExecutionQueue.Name, redis, timeProvider: time);

    /// <summary>Enqueues a run's job and notes that in its row.</summary>
    /// <returns>False where the row said so already, or has gone.</returns>
    /// <exception cref="RedisException">Redis can't be reached; the row still says that the run isn't enqueued.</exception>
    public async Task<bool> DispatchAsync(WorkflowRun run, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        var payload = new WorkflowJobPayload
        {
            RunId = run.Id,
            TenantId = run.TenantId,
            WorkflowId = run.WorkflowId,
            Input = run.Input is { } input ? JsonElement.Parse(input) : null,
        };
        await _queue.AddAsync(ExecutionQueue.JobName, payload, WorkflowJsonContext.Default.WorkflowJobPayload, ExecutionQueue.JobOptions(run.Id), ct).ConfigureAwait(false);
        return await store.MarkEnqueuedAsync(run.Id, time.GetUtcNow(), ct).ConfigureAwait(false);
    }
}
