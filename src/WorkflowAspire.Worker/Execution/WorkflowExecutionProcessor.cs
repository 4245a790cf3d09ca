using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Worker.Fairness;
using WorkflowAspire.Workflows;
using WorkflowAspire.Workflows.Dispatch;
using WorkflowAspire.Workflows.Execution;
using WorkflowAspire.Workflows.Runs;
using WorkflowAspire.Workflows.Store;

namespace WorkflowAspire.Worker.Execution;

/// <summary>Processes one job: claims its run, executes it, and records how the attempt ended.</summary>
internal sealed partial class WorkflowExecutionProcessor(
    RunStore store,
    WorkflowEngine engine,
    AttemptLeases leases,
    RunningAttempts running,
    Parking parking,
    ParentRuns parents,
    UnfamiliarWorkflows unfamiliar,
    StalledRuns stalled,
    CarryingJobs jobs,
    Postponement postponement,
    TenantFairness fairness,
    IOptions<ExecutionOptions> options,
    WorkflowTelemetry telemetry,
    TimeProvider time,
    ILogger<WorkflowExecutionProcessor> logger)
{
    private static readonly ReadOnlyMemory<byte> Nothing = "null"u8.ToArray();

    public Task<ReadOnlyMemory<byte>> ProcessAsync(Job job, CancellationToken ct) => ProcessAsync(job, Read(job), ct);

    public async Task<ReadOnlyMemory<byte>> ProcessAsync(Job job, WorkflowJobPayload payload, CancellationToken ct)
    {
        await using var place = await fairness.EnterAsync(job, payload.TenantId, ct);
        Processing(logger, job.Id, payload.RunId, payload.TenantId, job.AttemptsMade);
        using var attempt = running.Begin(payload.RunId, ct);
        try
        {
            return await ClaimAndAttemptAsync(job, payload, attempt, insteadOf: null, ct);
        }
        catch (StoreUnavailableException away) when (!attempt.IsCancelled && !ct.IsCancellationRequested)
        {
            // Neither the run nor its code is to blame, and a run must not go to the dead letters because of it.
            leases.Release(job.Id);
            PutOff(logger, away, job.Id, payload.RunId, payload.TenantId);
            await postponement.PutOffAsync(job, time.GetUtcNow() + (options.Value.OutageDelay * (0.8 + (0.4 * Random.Shared.NextDouble()))), ct);
            throw new DelayedError($"Run {payload.RunId} waits for the database.", away);
        }
    }

    private async Task<ReadOnlyMemory<byte>> ClaimAndAttemptAsync(Job job, WorkflowJobPayload payload, RunningAttempt attempt, string? insteadOf, CancellationToken ct)
    {
        switch (await store.ClaimAsync(payload.RunId, payload.TenantId, job.Id, insteadOf, options.Value.Name, ct))
        {
            case ClaimResult.Claimed(var lease, var wasRunning):
                if (wasRunning) await RecoverAsync(job, lease, ct);
                await stalled.ForgiveAsync(job, lease, ct);
                return await AttemptAsync(job, lease, attempt, ct);
            case ClaimResult.CarriedByAnother(_, var other) when !await jobs.IsUnderWayAsync(other, ct):
                return await ClaimAndAttemptAsync(job, payload, attempt, insteadOf: other, ct);
            case ClaimResult.CarriedByAnother(_, var other):
                SkippingTwin(logger, job.Id, payload.RunId, payload.TenantId, other);
                return Nothing;
            case ClaimResult.AlreadyCompleted(var run):
                SkippingCompleted(logger, job.Id, payload.RunId, payload.TenantId);
                return Returned(payload.RunId, run.Output);
            case ClaimResult.Cancelled:
                SkippingCancelled(logger, job.Id, payload.RunId, payload.TenantId);
                return Nothing;
            default:
                throw new RunNotFoundException(payload.RunId, payload.TenantId);
        }
    }

    private Task RecoverAsync(Job job, RunLease lease, CancellationToken ct)
    {
        Recovering(logger, job.Id, lease.Run.Id, lease.Run.TenantId, job.AttemptsMade);
        return store.RecordLostAttemptAsync(lease, ct);
    }

    private async Task<ReadOnlyMemory<byte>> AttemptAsync(Job job, RunLease lease, RunningAttempt attempt, CancellationToken ct)
    {
        var (run, started, status) = (lease.Run, time.GetTimestamp(), "failed");
        leases.Hold(job.Id, lease);
        try
        {
            var result = await engine.ExecuteAsync(lease, attempt.Token);
            if (result is ExecutionResult.Parked(var until)) return await parking.ParkAsync(job, lease, until, ct);
            var output = ((ExecutionResult.Completed)result).Output;
            if (!await store.CompleteAsync(lease, output, ct)) throw new LeaseLostException(lease);
            leases.Release(job.Id);
            status = "completed";
            Completed(logger, job.Id, run.Id, run.TenantId, (long)time.GetElapsedTime(started).TotalMilliseconds, job.AttemptsMade + 1);
            await parents.WakeAsync(run);
            return Returned(run.Id, output);
        }
        catch (DelayedError)
        {
            status = "parked";
            throw;
        }
        catch (Exception) when (attempt.IsCancelled)
        {
            // Whatever the code made of its cancellation: the run has ended, and nothing of this attempt counts.
            status = "cancelled";
            leases.Release(job.Id);
            Cancelled(logger, job.Id, run.Id, run.TenantId);
            return Nothing;
        }
        catch (LeaseLostException lost)
        {
            // Another job runs this run now, or it was cancelled. To fail this one would only make the two take it from each other in turns.
            status = "superseded";
            leases.Release(job.Id);
            Superseded(logger, job.Id, run.Id, run.TenantId, lost.Message);
            return Nothing;
        }
        catch (Exception) when (ct.IsCancellationRequested)
        {
            // Whatever the code or a driver made of it: the worker stops or has lost the job, and no attempt is used up.
            status = "interrupted";
            leases.Release(job.Id);
            await ReturnAsync(job, lease, error: null);
            throw;
        }
        catch (StoreUnavailableException)
        {
            status = "postponed";
            throw;
        }
        catch (UnknownWorkflowException unknown)
        {
            if (await unfamiliar.LeaveAsync(job, run, unknown, ct) is { } refusal) throw refusal;
            status = "put back";
            leases.Release(job.Id);
            await ReturnAsync(job, lease, error: null);
            await postponement.PutOffAsync(job, time.GetUtcNow() + UnfamiliarWorkflows.Pause, ct);
            throw new DelayedError($"Run {run.Id} waits for a worker that can run workflow '{run.WorkflowId}'.");
        }
        catch (Exception error) when (job.HasAttemptsLeft && error is not UnrecoverableError)
        {
            // Before the job can be taken again, so that the next attempt doesn't look like a crashed worker's.
            await ReturnAsync(job, lease, AttemptError.Of(error));
            throw;
        }
        finally
        {
            telemetry.RunEnded(run.WorkflowId, status, time.GetElapsedTime(started));
        }
    }

    private async Task ReturnAsync(Job job, RunLease lease, AttemptError? error)
    {
        try
        {
            await store.ReturnToPendingAsync(lease, error, CancellationToken.None);
        }
        catch (Exception failure)
        {
            // The job's own life goes on in Redis; the next attempt claims the run all the same, as a stale one.
            NotReturned(logger, failure, job.Id, lease.Run.Id, lease.Run.TenantId);
        }
    }

    // What the database holds need not be in Redis a second time, with the job and in the events of the queue.
    private ReadOnlyMemory<byte> Returned(Guid runId, string? output)
    {
        if (output is null) return Nothing;
        var bytes = Encoding.UTF8.GetByteCount(output);
        return bytes <= options.Value.MaxReturnedOutput
            ? Encoding.UTF8.GetBytes(output)
            : JsonSerializer.SerializeToUtf8Bytes(new LargeOutput(runId, bytes), LargeOutputJson.Default.LargeOutput);
    }

    private static WorkflowJobPayload Read(Job job)
    {
        try
        {
            return job.GetData(WorkflowJsonContext.Default.WorkflowJobPayload)
                ?? throw new UnrecoverableError($"Job {job.Id} has no data; it needs runId, tenantId and workflowId.");
        }
        catch (JsonException error)
        {
            throw new UnrecoverableError($"The data of job {job.Id} can't be read as {{ runId, tenantId, workflowId, input }}: {error.Message}", error);
        }
    }

    [LoggerMessage(LogLevel.Information, "Processing workflow run")]
    private static partial void Processing(ILogger logger, string jobId, Guid runId, Guid tenantId, int attemptsMade);

    [LoggerMessage(LogLevel.Information, "Workflow run completed")]
    private static partial void Completed(ILogger logger, string jobId, Guid runId, Guid tenantId, long durationMs, int attemptsMade);

    [LoggerMessage(LogLevel.Warning, "Skipping already-completed run")]
    private static partial void SkippingCompleted(ILogger logger, string jobId, Guid runId, Guid tenantId);

    [LoggerMessage(LogLevel.Warning, "Skipping a job whose run another job carries")]
    private static partial void SkippingTwin(ILogger logger, string jobId, Guid runId, Guid tenantId, string carriedBy);

    [LoggerMessage(LogLevel.Warning, "Workflow run put off without using up an attempt: the database can't be used")]
    private static partial void PutOff(ILogger logger, Exception exception, string jobId, Guid runId, Guid tenantId);

    [LoggerMessage(LogLevel.Information, "Skipping cancelled run")]
    private static partial void SkippingCancelled(ILogger logger, string jobId, Guid runId, Guid tenantId);

    [LoggerMessage(LogLevel.Information, "Workflow run cancelled")]
    private static partial void Cancelled(ILogger logger, string jobId, Guid runId, Guid tenantId);

    [LoggerMessage(LogLevel.Warning, "Recovering stale run")]
    private static partial void Recovering(ILogger logger, string jobId, Guid runId, Guid tenantId, int attemptsMade);

    [LoggerMessage(LogLevel.Warning, "Workflow run attempt was superseded, dropping its result")]
    private static partial void Superseded(ILogger logger, string jobId, Guid runId, Guid tenantId, string error);

    [LoggerMessage(LogLevel.Error, "Failed to return the run to pending after its attempt")]
    private static partial void NotReturned(ILogger logger, Exception exception, string jobId, Guid runId, Guid tenantId);
}
