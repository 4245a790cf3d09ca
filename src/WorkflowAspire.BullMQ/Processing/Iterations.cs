using System.Diagnostics;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using WorkflowAspire.BullMQ.Protocol;
using WorkflowAspire.BullMQ.Scheduling;
using WorkflowAspire.BullMQ.Telemetry;

namespace WorkflowAspire.BullMQ.Processing;

/// <summary>Adds the next job of a scheduler when a worker has taken its newest one.</summary>
internal sealed partial class Iterations(QueueConnection connection, WorkerOptions options, Outage outage, ILogger logger)
{
    /// <summary>
    /// Comes before the job is processed, so that the series goes on whatever becomes of the job. Any further attempt, by any worker,
    /// finds a newer job and adds none. A worker that dies before leaves the job to stall, and who takes it next comes here.
    /// </summary>
    public Task AddNextAsync(ActiveJob active) => GuardAsync(active, RunAsync(active, active.Job.RepeatJobKey!));

    /// <summary>
    /// The same for a job that a program takes itself. One try: where Redis can't be reached the error is the program's, and the job, which nobody has then,
    /// comes here again when it was found stalled.
    /// </summary>
    public Task AddNextOnceAsync(ActiveJob active) => GuardAsync(active, RunAsync(active, active.Job.RepeatJobKey!, isRepeated: false));

    private async Task GuardAsync(ActiveJob active, Task adding)
    {
        try
        {
            await adding.ConfigureAwait(false);
        }
        catch (Exception error) when (!active.IsLost && !active.IsReturning && !Outage.IsConnectionError(error))
        {
            // Node leaves such a job to stall, again and again; here it runs as the last of its series.
            NotAdded(logger, error, active.Job.Id, active.Job.RepeatJobKey!, error.Message);
        }
    }

    private async Task RunAsync(ActiveJob active, string schedulerId, bool isRepeated = true)
    {
        var others = active.Job.Options.Others;
        if (others is null || !others.TryGetValue("repeat", out var repeat)) throw new FormatException("its options have no repeat.");
        var rules = RepeatJson.Read(repeat);
        var previous = others.TryGetValue("prevMillis", out var millis) && AnyForm.Number(millis) is { } time
            ? AnyForm.Date(time) : (DateTimeOffset?)null;
        var (follows, due) = await NextTime.FindAsync(
            rules, active.Job.Name, previous, connection.Time.GetUtcNow(), connection.Time.LocalTimeZone, options.RepeatStrategy).ConfigureAwait(false);
        if (!follows) return;

        using var activity = StartAdd(active.Job, schedulerId);
        RedisKey hash = connection.Keys.Of($"repeat:{schedulerId}");
        RedisValue[] arguments =
        [
            schedulerId, active.Job.Id, Milliseconds(due), Milliseconds(rules.StartDate), Milliseconds(rules.EndDate),
            activity is null ? "" : TraceMetadata.Of(activity) ?? "",
        ];
        while (!active.IsLost)
        {
            try
            {
                var nextId = (string?)await connection.RunAsync(Script.NextIteration, [hash], arguments).ConfigureAwait(false);
                if (nextId is { Length: > 0 }) activity?.SetTag(TelemetryAttributes.JobId, nextId);
                outage.Succeeded(this);
                return;
            }
            catch (Exception error) when (isRepeated && Outage.IsConnectionError(error) && !active.IsLost)
            {
                outage.Failed(this, error);
                await Task.Delay(options.RunRetryDelay, connection.Time, active.Cancellation).ConfigureAwait(false);
            }
        }
    }

    // In the trace of the job that was taken, which the next one carries on; where it has none, the next one carries this.
    private Activity? StartAdd(Job job, string schedulerId)
    {
        var parent = job.Options.Telemetry?.Metadata is { } metadata ? TraceMetadata.Read(metadata).Context : default;
        return OperationActivity.StartWithin(parent, "add", connection.Keys.QueueName, ActivityKind.Producer, job.Name)?.SetTag(TelemetryAttributes.JobSchedulerId, schedulerId);
    }

    private static RedisValue Milliseconds(DateTimeOffset? time) => time is { } given ? given.ToUnixTimeMilliseconds() : "";

    [LoggerMessage(LogLevel.Error, "After job {jobId} scheduler '{schedulerId}' makes no further one: {reason}")]
    private static partial void NotAdded(ILogger logger, Exception exception, string jobId, string schedulerId, string reason);
}
