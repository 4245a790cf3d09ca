using System.Diagnostics;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows;
using WorkflowAspire.Workflows.Dispatch;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Worker.Execution;

/// <summary>Reports failed attempts once Redis has recorded them, and fails the run of a job that went to the dead letter queue.</summary>
internal sealed partial class FailedAttempts(
    RunStore store, AttemptLeases leases, ParentRuns parents, WorkflowTelemetry telemetry, TimeProvider time, ILogger<FailedAttempts> logger)
{
    private static readonly ActivitySource Source = new(WorkflowTelemetry.SourceName);

    public async Task RecordAsync(JobFailure failure)
    {
        var (job, error) = (failure.Job, failure.Error);
        var held = leases.Release(job.Id);
        // The job's own span has ended; what follows belongs to its trace all the same.
        using var activity = held is { Trace: var trace } && trace != default ? Source.StartActivity("record failure", ActivityKind.Internal, trace) : null;
        var payload = JobData.Read(job.Data);
        var durationMs = (long)(time.GetUtcNow() - (job.ProcessedOn ?? time.GetUtcNow())).TotalMilliseconds;
        if (failure.WillRetry)
        {
            WillRetry(logger, job.AttemptsMade, job.Options.Attempts ?? 1, job.Id, payload.RunId, payload.TenantId, durationMs, error.Message, job.AttemptsMade);
            return;
        }

        RoutedToDeadLetters(logger, error, job.Id, payload.RunId, payload.TenantId, durationMs, error.Message, job.AttemptsMade);
        telemetry.JobDeadLettered(payload.WorkflowId ?? "unknown");
        if (!Guid.TryParse(payload.RunId, out var runId)) return;
        try
        {
            if (await store.FailAsync(runId, held?.Lease.Attempt, AttemptError.Of(error))) await parents.WakeAsync(held?.Lease.Run ?? await store.FindAsync(runId));
        }
        catch (Exception failed)
        {
            EntityNotUpdated(logger, failed, job.Id, payload.RunId, payload.TenantId, failed.Message, job.AttemptsMade);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Workflow run attempt {attempt}/{attempts} failed, will retry")]
    private static partial void WillRetry(
        ILogger logger, int attempt, int attempts, string jobId, string? runId, string? tenantId, long durationMs, string error, int attemptsMade);

    [LoggerMessage(LogLevel.Error, "Workflow run failed after all retries, routing to DLQ")]
    private static partial void RoutedToDeadLetters(
        ILogger logger, Exception exception, string jobId, string? runId, string? tenantId, long durationMs, string error, int attemptsMade);

    [LoggerMessage(LogLevel.Error, "Failed to update entity status after DLQ routing")]
    private static partial void EntityNotUpdated(
        ILogger logger, Exception exception, string jobId, string? runId, string? tenantId, string error, int attemptsMade);
}
