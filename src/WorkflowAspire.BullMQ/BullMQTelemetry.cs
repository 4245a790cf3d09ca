using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace WorkflowAspire.BullMQ;

/// <summary>The names under which this library reports to OpenTelemetry. What it reports is what Node's package does with <c>bullmq-otel</c>.</summary>
/// <remarks>
/// <para>
/// Activities: <c>add {queue}.{job name}</c> and <c>addBulk {queue}</c> (producer), <c>process {queue}</c> (consumer; a child of
/// the activity that added the job, in whichever process and language that was).
/// </para>
/// <para>
/// Metrics: the counters <c>bullmq.jobs.completed</c>, <c>bullmq.jobs.failed</c> (for good), <c>bullmq.jobs.delayed</c> and
/// <c>bullmq.jobs.retried</c> (another attempt follows, after a wait or at once), the histogram <c>bullmq.job.duration</c> (milliseconds
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
