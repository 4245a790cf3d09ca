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

    public static void Completed(Activity? activity, Job job, ReadOnlyMemory<byte> result, DateTimeOffset now)
    {
        if (activity is not { IsAllDataRequested: true }) return;
        var text = result.IsEmpty ? "null" : Encoding.UTF8.GetString(result.Span);
        activity.AddEvent(new ActivityEvent("job completed", tags: new ActivityTagsCollection { [TelemetryAttributes.JobResult] = text }));
        End(activity, job, now);
    }

    public static void Failed(Activity? activity, Job job, Exception error, DateTimeOffset now)
    {
        if (activity is null) return;
        activity.SetStatus(ActivityStatusCode.Error, error.Message);
        if (!activity.IsAllDataRequested) return;
        activity.AddException(error);
        activity.AddEvent(new ActivityEvent("job failed", tags: new ActivityTagsCollection { [TelemetryAttributes.JobFailedReason] = error.Message }));
        End(activity, job, now);
    }

    private static void End(Activity activity, Job job, DateTimeOffset now)
    {
        activity.SetTag(TelemetryAttributes.JobAttemptsMade, job.AttemptsMade + 1);
        activity.SetTag(TelemetryAttributes.JobProcessedTimestamp, job.ProcessedOn?.ToUnixTimeMilliseconds());
        activity.SetTag(TelemetryAttributes.JobAttemptFinishedTimestamp, now.ToUnixTimeMilliseconds());
    }
}
