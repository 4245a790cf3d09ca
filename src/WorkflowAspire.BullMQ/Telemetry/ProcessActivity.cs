using System.Diagnostics;
using System.Text;

namespace WorkflowAspire.BullMQ.Telemetry;

/// <summary>The activity of one attempt, a child of the one that added the job.</summary>
internal static class ProcessActivity
{
    public static Activity? Start(string queueName, Job job, string workerId, string? workerName)
    {
        // Whatever was current when the worker was started has nothing to do with its jobs.
        if (Activity.Current is not null) Activity.Current = null;
        if (!BullMQTelemetry.Source.HasListeners()) return null;

        var (parent, baggage) = job.Options.Telemetry?.Metadata is { } metadata ? TraceMetadata.Read(metadata) : (default, []);
        var activity = BullMQTelemetry.Source.StartActivity($"process {queueName}", ActivityKind.Consumer, parent,
        [
            new(TelemetryAttributes.QueueName, queueName),
            new(TelemetryAttributes.QueueOperation, "process"),
            new(TelemetryAttributes.WorkerId, workerId),
            new(TelemetryAttributes.JobId, job.Id),
            new(TelemetryAttributes.JobName, job.Name),
        ]);
        if (activity is null) return null;
        if (workerName is not null) activity.SetTag(TelemetryAttributes.WorkerName, workerName);
        foreach (var (key, value) in baggage) activity.AddBaggage(key, value);
        return activity;
    }

    /// <param name="activity">The activity; null where nobody listens.</param>
    /// <param name="job">The job.</param>
    /// <param name="result">What its processor returned.</param>
    /// <param name="withText">Whether the result is told.</param>
    /// <param name="now">The time.</param>
    public static void Completed(Activity? activity, Job job, ReadOnlyMemory<byte> result, bool withText, DateTimeOffset now)
    {
        if (activity is not { IsAllDataRequested: true }) return;
        var tags = new ActivityTagsCollection();
        if (withText) tags[TelemetryAttributes.JobResult] = result.IsEmpty ? "null" : Encoding.UTF8.GetString(result.Span);
        activity.AddEvent(new ActivityEvent("job completed", tags: tags));
        End(activity, job, now);
    }

    /// <param name="activity">The activity; null where nobody listens.</param>
    /// <param name="job">The job.</param>
    /// <param name="error">Why the attempt failed.</param>
    /// <param name="withText">Whether the error's message and stack trace are told, or its type only.</param>
    /// <param name="now">The time.</param>
    public static void Failed(Activity? activity, Job job, Exception error, bool withText, DateTimeOffset now)
    {
        if (activity is null) return;
        activity.SetStatus(ActivityStatusCode.Error, withText ? error.Message : null);
        if (!activity.IsAllDataRequested) return;
        activity.SetTag(TelemetryAttributes.ErrorType, error.GetType().FullName);
        var tags = new ActivityTagsCollection();
        if (withText)
        {
            activity.AddException(error);
            tags[TelemetryAttributes.JobFailedReason] = error.Message;
        }

        activity.AddEvent(new ActivityEvent("job failed", tags: tags));
        End(activity, job, now);
    }

    private static void End(Activity activity, Job job, DateTimeOffset now)
    {
        activity.SetTag(TelemetryAttributes.JobAttemptsMade, job.AttemptsMade + 1);
        activity.SetTag(TelemetryAttributes.JobProcessedTimestamp, job.ProcessedOn?.ToUnixTimeMilliseconds());
        activity.SetTag(TelemetryAttributes.JobAttemptFinishedTimestamp, now.ToUnixTimeMilliseconds());
    }
}
