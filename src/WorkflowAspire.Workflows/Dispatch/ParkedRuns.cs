using StackExchange.Redis;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Workflows.Dispatch;

/// <summary>Wakes runs that wait: their delayed job is due at once. To do so once too often is harmless.</summary>
public sealed class ParkedRuns(IConnectionMultiplexer redis, RunStore store, TimeProvider time)
{
    private readonly Queue _queue = new(ExecutionQueue.Name, redis, timeProvider: time);

    /// <summary>Wakes a run, if it is parked. One that is about to be parked looks for itself afterwards.</summary>
    /// <returns>False where it isn't parked, or its job isn't delayed any more.</returns>
    /// <exception cref="RedisException">Redis can't be reached; the run is woken later.</exception>
    public async Task<bool> WakeAsync(Guid runId, CancellationToken ct = default)
    {
        if (await store.FindAsync(runId, ct).ConfigureAwait(false) is not { Status: RunStatus.Waiting } run) return false;
        if (await _queue.GetJobAsync(run.QueuedJobId, ct).ConfigureAwait(false) is not { } job) return false;
        try
        {
            await job.PromoteAsync(ct).ConfigureAwait(false);
            return true;
        }
        catch (JobRefusedException)
        {
            return false;
        }
    }
}
