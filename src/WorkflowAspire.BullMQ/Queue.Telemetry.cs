using System.Diagnostics;
using WorkflowAspire.BullMQ.Telemetry;

namespace WorkflowAspire.BullMQ;

// The trace that goes on where the job is processed, and the number of jobs as a metric.
public sealed partial class Queue
{
    /// <summary>Records how many jobs are in each state as the gauge <c>bullmq.queue.jobs</c>: call it now and then, for example by a timer.</summary>
    /// <returns>The counts.</returns>
    public async Task<IReadOnlyDictionary<JobState, long>> RecordJobCountsMetricAsync(CancellationToken ct = default)
    {
        var counts = await GetJobCountsAsync(ct).ConfigureAwait(false);
        foreach (var (state, count) in counts) JobMetrics.RecordJobs(Name, state, count);
        return counts;
    }

    private async Task<Job> AddTracedAsync(NewJob job)
    {
        using var activity = Start($"add {Name}.{job.Name}", "add");
        activity?.SetTag(TelemetryAttributes.JobName, job.Name);
        try
        {
            // As in Node's package: here the trace of this call comes before one that the options bring along.
            var added = await _adds.AddAsync(Prepare(Carrying(job, Metadata(activity), keepsOwn: false))).ConfigureAwait(false);
            activity?.SetTag(TelemetryAttributes.JobId, added.Id);
            return added;
        }
        catch (Exception error)
        {
            Fail(activity, error);
            throw;
        }
    }

    private async Task<IReadOnlyList<Job>> AddBulkTracedAsync(NewJob[] jobs, CancellationToken ct)
    {
        using var activity = Start($"addBulk {Name}", "addBulk");
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag(TelemetryAttributes.BulkNames, jobs.Select(job => job.Name).ToArray());
            activity.SetTag(TelemetryAttributes.BulkCount, jobs.Length);
        }

        try
        {
            var metadata = Metadata(activity);
            return await SendBulkAsync(jobs.Select(job => Prepare(Carrying(job, metadata, keepsOwn: true))).ToArray(), ct).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            Fail(activity, error);
            throw;
        }
    }

    private Activity? Start(string name, string operation) => BullMQTelemetry.Source.StartActivity(name, ActivityKind.Producer)
        ?.SetTag(TelemetryAttributes.QueueName, Name).SetTag(TelemetryAttributes.QueueOperation, operation);

    private static string? Metadata(Activity? activity) => (activity ?? Activity.Current) is { } current ? TraceMetadata.Of(current) : null;

    private NewJob Carrying(NewJob job, string? metadata, bool keepsOwn)
    {
        var options = job.Options ?? _options.DefaultJobOptions ?? new JobOptions();
        if (metadata is null || options.Telemetry?.OmitContext == true || (keepsOwn && options.Telemetry?.Metadata is not null)) return job;
        return job with { Options = options with { Telemetry = (options.Telemetry ?? new JobTelemetry()) with { Metadata = metadata } } };
    }

    private static void Fail(Activity? activity, Exception error) => activity?.SetStatus(ActivityStatusCode.Error, error.Message).AddException(error);
}
