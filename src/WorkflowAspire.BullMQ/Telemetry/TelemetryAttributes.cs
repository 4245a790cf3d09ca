namespace WorkflowAspire.BullMQ.Telemetry;

/// <summary>The attributes' names, which are Node's, but for <c>error.type</c>, which is OpenTelemetry's.</summary>
internal static class TelemetryAttributes
{
    public const string QueueName = "bullmq.queue.name";
    public const string QueueOperation = "bullmq.queue.operation";
    public const string QueueJobsState = "bullmq.queue.jobs.state";
    public const string BulkCount = "bullmq.job.bulk.count";
    public const string BulkNames = "bullmq.job.bulk.names";
    public const string JobName = "bullmq.job.name";
    public const string JobId = "bullmq.job.id";
    public const string JobState = "bullmq.job.state";
    public const string JobAttemptsMade = "bullmq.job.attempts.made";
    public const string JobResult = "bullmq.job.result";
    public const string JobFailedReason = "bullmq.job.failed.reason";
    public const string JobProcessedTimestamp = "bullmq.job.processed.timestamp";
    public const string JobAttemptFinishedTimestamp = "bullmq.job.attempt_finished_timestamp";
    public const string ErrorType = "error.type";
    public const string WorkerId = "bullmq.worker.id";
    public const string WorkerName = "bullmq.worker.name";
}
