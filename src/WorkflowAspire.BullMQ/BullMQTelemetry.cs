using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace WorkflowAspire.BullMQ;

/// <summary>The names under which this library reports to OpenTelemetry. What it reports is what Node's package does with <c>bullmq-otel</c>.</summary>
/// <remarks>
/// <para>
/// Activities: <c>add {queue}.{job name}</c> (of a job or a scheduler's first one), <c>addBulk {queue}</c>, <c>addFlow {queue}</c>, <c>addBulkFlows</c> and
/// <c>addNode {queue}</c> (producer), <c>process {queue}</c> (consumer; a child of the activity that added the job, in whichever process and language that was), and
/// within that the record of its end: <c>complete {queue}</c>, <c>fail</c>, <c>retry</c> or <c>delay</c>. Further ones, each with the queue's name behind it:
/// of a queue <c>pause</c>, <c>resume</c>, <c>drain</c>, <c>clean</c>, <c>obliterate</c>, <c>retryJobs</c>, <c>promoteJobs</c>, <c>remove</c>, <c>rateLimit</c>,
/// <c>removeDeduplicationKey</c>, <c>updateJobProgress</c>, <c>trimEvents</c>; of a worker <c>getNextJob</c>, <c>pause</c>, <c>resume</c>, <c>rateLimit</c>, <c>close</c>,
/// <c>extendLocks</c>, and <c>moveStalledJobsToWait</c> where it found any.
/// </para>
/// <para>
/// Metrics: the counters <c>bullmq.jobs.completed</c>, <c>bullmq.jobs.failed</c> (for good), <c>bullmq.jobs.delayed</c> and
/// <c>bullmq.jobs.retried</c> (another attempt follows, after a wait or at once), <c>bullmq.jobs.waiting</c> (put back to wait) and
/// <c>bullmq.jobs.waiting_children</c> (parked for its children), the histogram <c>bullmq.job.duration</c> (milliseconds
/// from when a worker took the job until the outcome was recorded), the gauge <c>bullmq.queue.jobs</c> (see <see cref="Queue.RecordJobCountsMetricAsync"/>).
/// </para>
/// <para>
/// Attributes: <c>bullmq.queue.name</c>, <c>bullmq.queue.operation</c>, <c>bullmq.job.name</c>, <c>bullmq.job.id</c>,
/// <c>bullmq.job.attempts.made</c> and so on, named as Node's <c>TelemetryAttributes</c>.
/// </para>
/// </remarks>
public static class BullMQTelemetry
{
    /// <summary>The name of the activity source.</summary>
    public const string SourceName = "WorkflowAspire.BullMQ";

    /// <summary>The name of the meter.</summary>
    public const string MeterName = SourceName;

    internal static readonly ActivitySource Source = new(SourceName);

    internal static readonly Meter Meter = new(MeterName);

    /// <summary>Whether there is a trace that an added job would carry on.</summary>
    internal static bool IsTracing => Source.HasListeners() || Activity.Current is not null;
}
