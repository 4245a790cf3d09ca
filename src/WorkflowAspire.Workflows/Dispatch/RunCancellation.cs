using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Workflows.Dispatch;

/// <summary>Calls runs off: first in the store, which settles it; then in Redis, so that no worker goes on in vain.</summary>
public sealed partial class RunCancellation(
    IConnectionMultiplexer redis, RunStore store, ParkedRuns parked, TimeProvider time, ILogger<RunCancellation> logger)
{
    /// <summary>The channel that names the runs that were cancelled, so that the worker that has one stops at once.</summary>
    public const string Channel = "workflow-runs:cancelled";

    private const int BatchSize = 100;

    private readonly Queue _queue = new(ExecutionQueue.Name, redis, timeProvider: time);

    /// <summary>Calls a run off, and its children with it. To do so twice is harmless.</summary>
    public async Task<CancelResult> CancelAsync(Guid runId, CancellationToken ct = default)
    {
        await store.CancelAsync(runId, ct).ConfigureAwait(false);
        var run = await store.FindAsync(runId, ct).ConfigureAwait(false);
        var result = new CancelResult(run);
        if (!result.IsCancelled) return result;

        // The run is cancelled: the caller's hanging up must not leave the rest undone.
        await TellAsync(run!).ConfigureAwait(false);
        foreach (var child in await store.ListChildrenAsync(runId, CancellationToken.None).ConfigureAwait(false))
            if (child.Status is not (RunStatus.Completed or RunStatus.Failed)) await CancelAsync(child.Id, CancellationToken.None).ConfigureAwait(false);
        return result;
    }

    /// <summary>Calls off all runs of a tenant that have not ended and are there now, children included.</summary>
    /// <returns>How many.</returns>
    public async Task<int> CancelAllAsync(Guid tenantId, CancellationToken ct = default)
    {
        var (until, cancelled) = (time.GetUtcNow(), 0);
        while (true)
        {
            var some = await store.CancelSomeAsync(tenantId, until, BatchSize, ct).ConfigureAwait(false);
            if (some.Count == 0) return cancelled;
            cancelled += some.Count;
            await Task.WhenAll(some.Select(TellAsync)).ConfigureAwait(false);
        }
    }

    private async Task TellAsync(WorkflowRun run)
    {
        try
        {
            await redis.GetSubscriber().PublishAsync(RedisChannel.Literal(Channel), run.Id.ToString("D")).ConfigureAwait(false);
            if (await _queue.GetJobAsync(run.QueuedJobId).ConfigureAwait(false) is { FinishedOn: null } job) await job.RemoveAsync().ConfigureAwait(false);
            if (run.ParentRunId is { } parent) await parked.WakeAsync(parent).ConfigureAwait(false);
        }
        catch (Exception error) when (error is RedisException or TimeoutException or JobRefusedException)
        {
            // Whoever takes the job skips it, and whoever executes the run notices with its next step.
            NotTold(logger, error, run.Id, run.TenantId);
        }
    }

    [LoggerMessage(LogLevel.Warning, "A run was cancelled, but its worker could not be told; it will notice with its next step")]
    private static partial void NotTold(ILogger logger, Exception exception, Guid runId, Guid tenantId);
}
