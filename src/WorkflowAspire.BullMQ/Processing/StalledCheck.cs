using System.Diagnostics;
using Microsoft.Extensions.Logging;
using WorkflowAspire.BullMQ.Protocol;
using WorkflowAspire.BullMQ.Telemetry;

namespace WorkflowAspire.BullMQ.Processing;

/// <summary>Looks for jobs whose worker vanished and puts them back, at an interval that all workers of a queue share.</summary>
internal sealed partial class StalledCheck(QueueConnection connection, WorkerOptions options, Outage outage, Notifications notifications, ILogger logger)
{
    /// <param name="isPaused">While it is true, nothing is looked for.</param>
    /// <param name="stopping">Ends the checks.</param>
    public async Task RunAsync(Func<bool> isPaused, CancellationToken stopping)
    {
        // Whatever was current when the worker was started has nothing to do with this.
        Activity.Current = null;
        using var timer = new PeriodicTimer(options.StalledInterval, connection.Time);
        do
        {
            if (isPaused()) continue;
            try
            {
                var began = connection.Time.GetUtcNow();
                var stalled = (string[])(await connection.RunAsync(Script.RecoverStalled,
                    options.MaxStalledCount, (long)options.StalledInterval.TotalMilliseconds).ConfigureAwait(false))!;
                outage.Succeeded(this);
                if (stalled.Length > 0) Tell(stalled, began);
                foreach (var jobId in stalled)
                {
                    Stalled(logger, jobId);
                    notifications.Stalled(jobId);
                }
            }
            catch (Exception error)
            {
                // Whatever it is, the next check may find the jobs that this one did not.
                outage.Failed(this, error);
            }
        }
        while (await NextAsync(timer, stopping).ConfigureAwait(false));
    }

    // One that found none is not worth a trace.
    private void Tell(string[] stalled, DateTimeOffset began)
    {
        using var activity = OperationActivity.Start("moveStalledJobsToWait", connection.Keys.QueueName);
        if (activity is not { IsAllDataRequested: true }) return;
        activity.SetStartTime(began.UtcDateTime).SetTag(TelemetryAttributes.WorkerName, options.Name).SetTag(TelemetryAttributes.WorkerStalledJobs, stalled);
        foreach (var jobId in stalled) activity.AddEvent(new ActivityEvent("job stalled", tags: new ActivityTagsCollection { [TelemetryAttributes.JobId] = jobId }));
    }

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken stopping)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Job {jobId} stalled: its worker vanished or lost the lock; it waits again")]
    private static partial void Stalled(ILogger logger, string jobId);
}
