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
        var options = ExecutionQueue.JobOptions(run.Id);
        // A replayed run's job is still among the failed ones, where adding it again would change nothing.
        if (await HasFailedJobAsync(options.JobId!, run.Id, ct).ConfigureAwait(false))
            await _queue.RetryJobAsync(options.JobId!, JobState.Failed, resetAttemptsMade: true, ct).ConfigureAwait(false);
        else
            await _queue.AddAsync(ExecutionQueue.JobName, Payload(run), WorkflowJsonContext.Default.WorkflowJobPayload, options, ct).ConfigureAwait(false);
        return await store.MarkEnqueuedAsync(run.Id, time.GetUtcNow(), ct).ConfigureAwait(false);
    }

    // The row is read again: the run may have failed for good since the caller read it.
    private async Task<bool> HasFailedJobAsync(string jobId, Guid runId, CancellationToken ct) =>
        await _queue.GetJobStateAsync(jobId, ct).ConfigureAwait(false) == JobState.Failed
        && await store.FindAsync(runId, ct).ConfigureAwait(false) is { Status: RunStatus.Pending, EnqueuedAt: null };

    private static WorkflowJobPayload Payload(WorkflowRun run) => new()
    {
        RunId = run.Id,
        TenantId = run.TenantId,
        WorkflowId = run.WorkflowId,
        Input = run.Input is { } input ? JsonElement.Parse(input) : null,
    };
}
