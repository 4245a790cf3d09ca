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
    public const string JobProgress = "bullmq.job.progress";
    public const string JobOptions = "bullmq.job.options";
    public const string JobType = "bullmq.job.type";
    public const string JobSchedulerId = "bullmq.job.scheduler.id";
    public const string DeduplicationKey = "bullmq.job.deduplication.key";
    public const string FlowName = "bullmq.flow.name";
    public const string QueueDrainDelay = "bullmq.queue.drain.delay";
    public const string QueueGrace = "bullmq.queue.grace";
    public const string QueueCleanLimit = "bullmq.queue.clean.limit";
    public const string QueueCleanCount = "bullmq.queue.clean.count";
    public const string QueueRateLimit = "bullmq.queue.rate.limit";
    public const string QueueOptions = "bullmq.queue.options";
    public const string QueueEventMaxLength = "bullmq.queue.event.max.length";
    public const string WorkerRateLimit = "bullmq.worker.rate.limit";
    public const string WorkerDoNotWaitActive = "bullmq.worker.do.not.wait.active";
    public const string WorkerForceClose = "bullmq.worker.force.close";
    public const string WorkerStalledJobs = "bullmq.worker.stalled.jobs";
    public const string WorkerJobsToExtendLocks = "bullmq.worker.jobs.to.extend.locks";
    public const string WorkerOptions = "bullmq.worker.options";
    public const string JobAttemptsMade = "bullmq.job.attempts.made";
    public const string JobResult = "bullmq.job.result";
    public const string JobFailedReason = "bullmq.job.failed.reason";
    public const string JobProcessedTimestamp = "bullmq.job.processed.timestamp";
    public const string JobAttemptFinishedTimestamp = "bullmq.job.attempt_finished_timestamp";
    public const string ErrorType = "error.type";
    public const string WorkerId = "bullmq.worker.id";
    public const string WorkerName = "bullmq.worker.name";
}
