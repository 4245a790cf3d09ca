using System.Data.Common;
using StackExchange.Redis;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Worker.Execution;

/// <summary>Puts a run that waits aside: no worker has it, and no attempt of its job is used.</summary>
internal sealed partial class Parking(RunStore store, AttemptLeases leases, Postponement postponement, TimeProvider time, ILogger<Parking> logger)
{
    // The queue can't count much further than 2039; a run that waits for longer is parked again when it wakes.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    /// <exception cref="DelayedError">Always, once the run is parked: the job isn't this worker's any more.</exception>
    /// <exception cref="LeaseLostException">A newer attempt owns the run, or it was cancelled.</exception>
    public async Task<ReadOnlyMemory<byte>> ParkAsync(Job job, RunLease lease, DateTimeOffset? until, CancellationToken ct)
    {
        if (!await store.ParkAsync(lease, ct)) throw new LeaseLostException(lease);
        // From here on a failure of the job is no attempt's.
        leases.Release(job.Id);
        var latest = time.GetUtcNow() + Longest;
        await postponement.PutOffAsync(job, until is { } due && due < latest ? due : latest, ct);
        Parked(logger, job.Id, lease.Run.Id, lease.Run.TenantId, until);
        await WakeIfReadyAsync(job, lease.Run);
        throw new DelayedError($"Run {lease.Run.Id} is parked.");
    }

    // What came between the look at it and the parking found no delayed job to wake.
    private async Task WakeIfReadyAsync(Job job, WorkflowRun run)
    {
        try
        {
            if (await store.CanGoOnAsync(run.Id)) await job.PromoteAsync();
        }
        catch (JobRefusedException)
        {
            // Somebody else has woken it.
        }
        catch (Exception error) when (error is DbException or RedisException or TimeoutException)
        {
            NotLooked(logger, error, job.Id, run.Id, run.TenantId);
        }
    }

    [LoggerMessage(LogLevel.Information, "Workflow run parked")]
    private static partial void Parked(ILogger logger, string jobId, Guid runId, Guid tenantId, DateTimeOffset? until);

    [LoggerMessage(LogLevel.Warning, "Could not see whether a parked run can go on; the next look at overslept runs will")]
    private static partial void NotLooked(ILogger logger, Exception exception, string jobId, Guid runId, Guid tenantId);
}
