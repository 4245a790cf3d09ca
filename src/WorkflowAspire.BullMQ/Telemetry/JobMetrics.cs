using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace WorkflowAspire.BullMQ.Telemetry;

/// <summary>Counts the outcomes of attempts, once Redis has recorded them.</summary>
internal static class JobMetrics
{
    private static readonly Counter<long> Completed = Counter("completed");
    private static readonly Counter<long> Failed = Counter("failed");
    private static readonly Counter<long> Delayed = Counter("delayed");
    private static readonly Counter<long> Retried = Counter("retried");
    private static readonly Counter<long> Waiting = Counter("waiting", "put back to wait");
    private static readonly Counter<long> WaitingChildren = Counter("waiting_children", "parked until their children have finished");
    private static readonly Histogram<double> Duration =
        BullMQTelemetry.Meter.CreateHistogram<double>("bullmq.job.duration", "ms", "Time from when a worker took the job until its outcome was recorded");

    private static readonly Gauge<long> Jobs = BullMQTelemetry.Meter.CreateGauge<long>("bullmq.queue.jobs", "{jobs}", "Jobs of the queue in each state");

    public static void CountCompleted(string queueName, Job job, TimeProvider time) => Count(Completed, "completed", queueName, job, time);

    /// <param name="queueName">The queue.</param>
    /// <param name="job">The job.</param>
    /// <param name="retriedAfter">How long it waits for its next attempt; null where it has none.</param>
    /// <param name="time">The clock.</param>
    public static void CountFailed(string queueName, Job job, TimeSpan? retriedAfter, TimeProvider time)
    {
        if (retriedAfter is not { } wait) Count(Failed, "failed", queueName, job, time);
        else if (wait > TimeSpan.Zero) Count(Delayed, "delayed", queueName, job, time);
        else Count(Retried, "retried", queueName, job, time);
    }

    /// <summary>Counts a job that whoever processes it has put elsewhere: off, back to wait, or parked for its children.</summary>
    public static void CountMoved(string queueName, Job job, JobState to, TimeProvider time) =>
        Count(to switch { JobState.Delayed => Delayed, JobState.Waiting => Waiting, _ => WaitingChildren }, to.ToBullName(), queueName, job, time);

    public static void RecordJobs(string queueName, JobState state, long count) => Jobs.Record(count,
        new KeyValuePair<string, object?>(TelemetryAttributes.QueueName, queueName),
        new KeyValuePair<string, object?>(TelemetryAttributes.QueueJobsState, state.ToBullName()));

    private static Counter<long> Counter(string state, string? done = null) =>
        BullMQTelemetry.Meter.CreateCounter<long>($"bullmq.jobs.{state}", "1", $"Jobs that a worker has {done ?? state}");

    private static void Count(Counter<long> counter, string state, string queueName, Job job, TimeProvider time)
    {
        if (!counter.Enabled && !Duration.Enabled) return;
        var tags = new TagList
        {
            { TelemetryAttributes.QueueName, queueName },
            { TelemetryAttributes.JobName, job.Name },
            { TelemetryAttributes.JobState, state },
        };
        counter.Add(1, tags);
        if (job.ProcessedOn is { } taken) Duration.Record((time.GetUtcNow() - taken).TotalMilliseconds, tags);
    }
}
