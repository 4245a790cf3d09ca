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
        using var activity = OperationActivity.Start("add", Name, ActivityKind.Producer, job.Name);
        activity?.SetTag(TelemetryAttributes.JobName, job.Name);
        try
        {
            // As in Node's package: here the trace of this call comes before one that the options bring along.
            var added = await _adds.AddAsync(Prepare(Carrying(job, TraceMetadata.OfCurrent(activity), keepsOwn: false))).ConfigureAwait(false);
            activity?.SetTag(TelemetryAttributes.JobId, added.Id);
            return added;
        }
        catch (Exception error)
        {
            OperationActivity.Fail(activity, error);
            throw;
        }
    }

    private async Task<IReadOnlyList<Job>> AddBulkTracedAsync(NewJob[] jobs, CancellationToken ct)
    {
        using var activity = OperationActivity.Start("addBulk", Name, ActivityKind.Producer);
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag(TelemetryAttributes.BulkNames, jobs.Select(job => job.Name).ToArray());
            activity.SetTag(TelemetryAttributes.BulkCount, jobs.Length);
        }

        try
        {
            var metadata = TraceMetadata.OfCurrent(activity);
            return await SendBulkAsync(jobs.Select(job => Prepare(Carrying(job, metadata, keepsOwn: true))).ToArray(), ct).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            OperationActivity.Fail(activity, error);
            throw;
        }
    }

    private NewJob Carrying(NewJob job, string? metadata, bool keepsOwn)
    {
        var options = job.Options ?? _options.DefaultJobOptions ?? new JobOptions();
        return TraceMetadata.Carrying(options, metadata, keepsOwn) is var carrying && carrying == options ? job : job with { Options = carrying };
    }

    private Task<T> TracedAsync<T>(string operation, Func<Activity?, Task<T>> work, ActivityKind kind = ActivityKind.Internal) =>
        OperationActivity.RunAsync(operation, Name, work, kind);

    private Task TracedAsync(string operation, Func<Activity?, Task> work, ActivityKind kind = ActivityKind.Internal) =>
        OperationActivity.RunAsync(operation, Name, work, kind);
}
