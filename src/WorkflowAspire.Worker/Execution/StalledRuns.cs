using StackExchange.Redis;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Dispatch;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Worker.Execution;

/// <summary>Lets a run that gets on outlive any number of workers: its job's count of vanished workers begins anew.</summary>
internal sealed partial class StalledRuns(RunStore store, IConnectionMultiplexer redis, TimeProvider time, ILogger<StalledRuns> logger)
{
    private readonly Queue _queue = new(ExecutionQueue.Name, redis, timeProvider: time);

    /// <summary>Forgets the vanished workers of a job where the attempt before this one left a step.</summary>
    public async Task ForgiveAsync(Job job, RunLease lease, CancellationToken ct)
    {
        if (job.StalledCounter == 0 || !await store.GotOnBeforeAsync(lease, ct)) return;
        try
        {
            await _queue.ResetStalledCounterAsync(job.Id, ct);
        }
        catch (Exception error) when (error is RedisException or TimeoutException)
        {
            // The next recovery looks again.
            NotForgiven(logger, error, job.Id, lease.Run.Id, lease.Run.TenantId);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The count of a job's vanished workers could not be reset")]
    private static partial void NotForgiven(ILogger logger, Exception exception, string jobId, Guid runId, Guid tenantId);
}
