using System.Text.Json;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using WorkflowAspire.BullMQ.Adding;
using WorkflowAspire.BullMQ.Protocol;
using WorkflowAspire.BullMQ.Telemetry;

namespace WorkflowAspire.BullMQ.Processing;

/// <summary>Records what became of an attempt that did not complete: another attempt, failed for good, or handed back.</summary>
internal sealed partial class Settlement(
    QueueConnection connection, WorkerOptions options, Outage outage, Notifications notifications, ILogger logger, CancellationToken givenUp)
{
    private static readonly RedisKey[] NoKeys = [];

    private readonly RedisKey[] _metricsKeys = options.Metrics is null ? NoKeys : [connection.Keys.Of("metrics:failed"), connection.Keys.Of("metrics:failed:data")];
    private readonly QueueKeys? _deadLetterKeys = options.DeadLetter is { } deadLetter ? new QueueKeys(options.Prefix, deadLetter.QueueName) : null;

    /// <summary>Records a failed attempt and tells <see cref="WorkerOptions.OnFailed"/>.</summary>
    /// <param name="active">The job.</param>
    /// <param name="error">Why its attempt failed.</param>
    /// <param name="takesMore">Whether the worker goes on to take jobs; one that closes does not.</param>
    public async Task FailAsync(ActiveJob active, Exception error, bool takesMore = true)
    {
        var job = active.Job;
        var wait = await NextAttemptAsync(job, error).ConfigureAwait(false);
        var deadLetter = wait is null ? CreateDeadLetter(job, error) : null;
        var failure = new Failure(error, StacktraceOf(job, error), connection.Time.GetUtcNow());
        var recorded = wait is { } delay
            ? await RecordAsync(active, "retried", () => RetryAsync(job, active.Token, failure, delay), JobState.Delayed, JobState.Waiting).ConfigureAwait(false)
            : await RecordAsync(active, "failed", () => FailForGoodAsync(job, active.Token, failure, deadLetter, takesMore), JobState.Failed).ConfigureAwait(false);
        if (recorded is null) return;

        OperationActivity.Tell(OperationOf(wait), connection.Keys.QueueName, active.Attempt, job, failure.At);
        Recorded(job, failure, wait);
        if (options.OnFailed is { } onFailed)
            await notifications.TellAsync(nameof(options.OnFailed), onFailed, new JobFailure(job, error, wait is not null, wait ?? TimeSpan.Zero, deadLetter is not null)).ConfigureAwait(false);
    }

    /// <summary>Records a failed attempt of a job that the program itself took. One try; what the script answered.</summary>
    /// <param name="job">The job.</param>
    /// <param name="token">The lock's token.</param>
    /// <param name="error">Why the attempt failed.</param>
    /// <param name="asks">Whether the program asks for its next job.</param>
    /// <returns>What the script answered, and whether a next attempt follows at once.</returns>
    public async Task<(long Result, bool IsRetriedAtOnce)> FailManuallyAsync(Job job, string token, Exception error, bool asks)
    {
        var wait = await NextAttemptAsync(job, error).ConfigureAwait(false);
        var failure = new Failure(error, StacktraceOf(job, error), connection.Time.GetUtcNow());
        using var activity = OperationActivity.Start(OperationOf(wait), connection.Keys.QueueName)?.SetTag(TelemetryAttributes.JobId, job.Id).SetTag(TelemetryAttributes.JobName, job.Name);
        var answer = (long)(wait is { } delay
            ? await RetryAsync(job, token, failure, delay).ConfigureAwait(false)
            : await FailForGoodAsync(job, token, failure, CreateDeadLetter(job, error), asks).ConfigureAwait(false));
        if (answer >= 0) Recorded(job, failure, wait);
        return (answer, wait == TimeSpan.Zero);
    }

    private static string OperationOf(TimeSpan? wait) => wait is not { } until ? "fail" : until > TimeSpan.Zero ? "delay" : "retry";

    private void Recorded(Job job, Failure failure, TimeSpan? wait)
    {
        JobMetrics.CountFailed(connection.Keys.QueueName, job, wait, connection.Time);
        if (wait is { } delay) job.Retried(failure.Error, failure.Stacktrace, delay);
        else job.FailedForGood(failure.Error, failure.Stacktrace, failure.At);
    }

    /// <summary>Gives the job back so that another worker takes it next; it loses no attempt.</summary>
    public Task HandBackAsync(ActiveJob active) =>
        RecordAsync(active, "handed back", () => connection.RunAsync(Script.HandBack, active.Job.Id, active.Token, 1), JobState.Waiting, JobState.Prioritized);

    /// <summary>Gives a job back whose processor met a rate limit.</summary>
    /// <returns>How long the limit lasts; zero where none is known.</returns>
    public async Task<TimeSpan> HandBackLimitedAsync(ActiveJob active)
    {
        var left = await RecordAsync(active, "handed back", () => connection.RunAsync(Script.HandBack, active.Job.Id, active.Token, 0), JobState.Waiting, JobState.Prioritized).ConfigureAwait(false);
        if (left is not null) JobMetrics.CountMoved(connection.Keys.QueueName, active.Job, JobState.Waiting, connection.Time);
        return TimeSpan.FromMilliseconds(left ?? 0);
    }

    private async ValueTask<TimeSpan?> NextAttemptAsync(Job job, Exception error)
    {
        if (error is UnrecoverableError || !job.HasAttemptsLeft) return null;
        // One that may not be taken again is not retried.
        if (options.MaxStartedAttempts is > 0 and var most && job.AttemptsStarted >= most) return null;
        if (job.Options.Backoff is not { } backoff) return TimeSpan.Zero;
        if (backoff.WaitAfter(job.AttemptsMade + 1, Random.Shared) is { } wait) return wait;
        if (options.BackoffStrategy is not { } strategy)
        {
            // Node's worker leaves such a job active until it has stalled too often; the end is the same, this way it is known at once.
            UnknownBackoff(logger, job.Id, backoff.Type);
            return null;
        }

        try
        {
            var own = await strategy(job.AttemptsMade + 1, backoff.Type, error, job).ConfigureAwait(false);
            return own < TimeSpan.Zero ? null : own;
        }
        catch (Exception failure)
        {
            BackoffFailed(logger, failure, job.Id, backoff.Type);
            return null;
        }
    }

    private DeadLetterJob? CreateDeadLetter(Job job, Exception error)
    {
        try
        {
            return options.DeadLetter?.Create(job, error);
        }
        catch (Exception failure)
        {
            // The dead letter must not be lost because its maker fails: the job's own payload goes there instead.
            DeadLetterNotCreated(logger, failure, job.Id);
            return new DeadLetterJob(job.Name, job.Data);
        }
    }

    private Task<RedisResult> RetryAsync(Job job, string token, Failure failure, TimeSpan delay) => connection.RunAsync(Script.Retry,
        job.Id, token, failure.Error.Message, failure.StacktraceJson, (long)delay.TotalMilliseconds, job.Options.Lifo == true ? 1 : 0);

    private async Task<RedisResult> FailForGoodAsync(Job job, string token, Failure failure, DeadLetterJob? deadLetter, bool asks)
    {
        var arguments = new RedisValue[deadLetter is null ? 11 : 15];
        (arguments[0], arguments[1], arguments[2]) = (job.Id, token, failure.Error.Message);
        (arguments[3], arguments[4]) = (failure.StacktraceJson, job.Options.Attempts ?? 0);
        KeepArguments.Write(job.Options.RemoveOnFail ?? options.RemoveOnFail ?? KeepJobs.All, arguments.AsSpan(5, 3));
        (arguments[8], arguments[9], arguments[10]) = (asks ? 1 : 0, options.Limiter?.Max ?? (RedisValue)"", options.Metrics?.MaxDataPoints ?? (RedisValue)"");
        if (deadLetter is null) return await connection.RunAtAsync(failure.At, Script.Fail, _metricsKeys, arguments).ConfigureAwait(false);

        var there = _deadLetterKeys!;
        if (connection.Redis.HashSlot(connection.Keys.Meta) != connection.Redis.HashSlot(there.Meta))
        {
            await AddFirstAsync(there, job.Id, deadLetter).ConfigureAwait(false);
            return await connection.RunAtAsync(failure.At, Script.Fail, _metricsKeys, arguments.AsSpan(0, 11)).ConfigureAwait(false);
        }

        (arguments[11], arguments[12], arguments[13], arguments[14]) = (there.Base, deadLetter.Name, deadLetter.Data, """{"attempts":0}""");
        return await connection.RunAtAsync(failure.At, Script.Fail,
            [there.Of("wait"), there.Meta, there.Of("id"), there.Of("events"), there.Marker, .. _metricsKeys], arguments).ConfigureAwait(false);
    }

    // Across cluster slots no script sees both queues: the dead letter comes first, so that a crash in between loses nothing.
    private Task<Job> AddFirstAsync(QueueKeys there, string jobId, DeadLetterJob deadLetter) => new AddPipeline(new QueueConnection(there, connection.Database, connection.Time)).AddAsync(
        new PendingAdd(new NewJob(deadLetter.Name, deadLetter.Data), new JobOptions { JobId = jobId }, connection.Time.GetUtcNow()));

    /// <summary>Repeats until Redis has answered; after an answer that was lost, the job's state tells whether the call took effect.</summary>
    /// <returns>The script's answer; null where it refused.</returns>
    private async Task<long?> RecordAsync(ActiveJob active, string what, Func<Task<RedisResult>> record, params JobState[] settledStates)
    {
        try
        {
            for (var answerLost = false; ; answerLost = true)
            {
                try
                {
                    var result = (long)await record().WaitAsync(givenUp).ConfigureAwait(false);
                    outage.Succeeded(active);
                    if (result >= 0) return result;
                    if (answerLost && Array.IndexOf(settledStates, await StateAsync(active.Job.Id).ConfigureAwait(false)) >= 0) return 0;
                    NotSettled(logger, active.Job.Id, active.Job.Name, what, Refusal.Describe(result));
                    notifications.Error(Refusal.Of(result, active.Job.Id, connection.Keys, what));
                    return null;
                }
                catch (Exception error) when (Outage.IsConnectionError(error) && !active.IsLost)
                {
                    outage.Failed(active, error);
                    await Task.Delay(options.RunRetryDelay, connection.Time, givenUp).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            outage.GaveUp(active);
        }
    }

    private async Task<JobState> StateAsync(string jobId) =>
        JobStateNames.Parse((string?)await connection.RunAsync(Script.GetState, jobId).ConfigureAwait(false));

    private static List<string> StacktraceOf(Job job, Exception error)
    {
        IEnumerable<string> traces = [.. job.Stacktrace, error.ToString()];
        return [.. job.Options.StackTraceLimit is { } limit ? traces.TakeLast(limit) : traces];
    }

    /// <summary>A failed attempt: why, the traces that the job has from then on, and when.</summary>
    private sealed record Failure(Exception Error, List<string> Stacktrace, DateTimeOffset At)
    {
        public byte[] StacktraceJson { get; } = JsonSerializer.SerializeToUtf8Bytes(Stacktrace, BullMQJsonContext.Default.ListString);
    }

    [LoggerMessage(LogLevel.Warning, "Job {jobId} ({name}) could not be {what}: {reason}")]
    private static partial void NotSettled(ILogger logger, string jobId, string name, string what, string reason);

    [LoggerMessage(LogLevel.Error, "Job {jobId} fails for good: its backoff type '{type}' is not known here (known are fixed and exponential)")]
    private static partial void UnknownBackoff(ILogger logger, string jobId, string type);

    [LoggerMessage(LogLevel.Error, "The dead letter of job {jobId} could not be made; its own payload goes to the dead letter queue")]
    private static partial void DeadLetterNotCreated(ILogger logger, Exception exception, string jobId);

    [LoggerMessage(LogLevel.Error, "Job {jobId} fails for good: the strategy for its backoff type '{type}' threw")]
    private static partial void BackoffFailed(ILogger logger, Exception exception, string jobId, string type);
}
