using System.Text.Json;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using WorkflowAspire.BullMQ.Adding;
using WorkflowAspire.BullMQ.Protocol;

namespace WorkflowAspire.BullMQ.Processing;

/// <summary>Records what became of an attempt that did not complete: another attempt, failed for good, or handed back.</summary>
internal sealed partial class Settlement(
    QueueConnection connection, WorkerOptions options, Outage outage, ILogger logger, CancellationToken givenUp)
{
    private static readonly TimeSpan PauseBetweenTries = TimeSpan.FromSeconds(1);

    private readonly QueueKeys? _deadLetterKeys = options.DeadLetter is { } deadLetter ? new QueueKeys(options.Prefix, deadLetter.QueueName) : null;

    /// <summary>Records a failed attempt and tells <see cref="WorkerOptions.OnFailed"/>.</summary>
    /// <param name="active">The job.</param>
    /// <param name="error">Why its attempt failed.</param>
    /// <param name="takesMore">Whether the worker goes on to take jobs; one that closes does not.</param>
    public async Task FailAsync(ActiveJob active, Exception error, bool takesMore = true)
    {
        var job = active.Job;
        var wait = NextAttempt(job, error);
        var deadLetter = wait is null ? CreateDeadLetter(job, error) : null;
        var recorded = wait is { } delay
            ? await RecordAsync(active, "retried", () => RetryAsync(active, error, delay), JobState.Delayed, JobState.Waiting).ConfigureAwait(false)
            : await RecordAsync(active, "failed", () => FailForGoodAsync(active, error, deadLetter, takesMore), JobState.Failed).ConfigureAwait(false);
        if (!recorded) return;

        job.AttemptsMade++;
        if (options.OnFailed is { } onFailed)
            await NotifyAsync(onFailed, new JobFailure(job, error, wait is not null, wait ?? TimeSpan.Zero, deadLetter is not null)).ConfigureAwait(false);
    }

    /// <summary>Gives the job back so that another worker takes it next; it loses no attempt.</summary>
    public Task HandBackAsync(ActiveJob active) =>
        RecordAsync(active, "handed back", () => connection.RunAsync(Script.HandBack, active.Job.Id, active.Token), JobState.Waiting, JobState.Prioritized);

    private TimeSpan? NextAttempt(Job job, Exception error)
    {
        if (error is UnrecoverableError || !job.HasAttemptsLeft) return null;
        if (job.Options.Backoff is not { } backoff) return TimeSpan.Zero;
        if (backoff.WaitAfter(job.AttemptsMade + 1, Random.Shared) is { } wait) return wait;
        UnknownBackoff(logger, job.Id, backoff.Type);
        return null;
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

    private Task<RedisResult> RetryAsync(ActiveJob active, Exception error, TimeSpan delay) => connection.RunAsync(Script.Retry,
        active.Job.Id, active.Token, error.Message, StacktraceOf(active.Job, error), (long)delay.TotalMilliseconds, active.Job.Options.Lifo ? 1 : 0);

    private async Task<RedisResult> FailForGoodAsync(ActiveJob active, Exception error, DeadLetterJob? deadLetter, bool takesMore)
    {
        var job = active.Job;
        var arguments = new RedisValue[deadLetter is null ? 9 : 13];
        (arguments[0], arguments[1], arguments[2]) = (job.Id, active.Token, error.Message);
        (arguments[3], arguments[4]) = (StacktraceOf(job, error), job.Options.Attempts);
        KeepArguments.Write(job.Options.RemoveOnFail ?? options.RemoveOnFail ?? KeepJobs.All, arguments.AsSpan(5, 3));
        arguments[8] = takesMore ? 1 : 0;
        if (deadLetter is null) return await connection.RunAsync(Script.Fail, arguments).ConfigureAwait(false);

        var there = _deadLetterKeys!;
        if (connection.Redis.HashSlot(connection.Keys.Meta) != connection.Redis.HashSlot(there.Meta))
        {
            await AddFirstAsync(there, job.Id, deadLetter).ConfigureAwait(false);
            return await connection.RunAsync(Script.Fail, arguments.AsSpan(0, 9)).ConfigureAwait(false);
        }

        (arguments[9], arguments[10], arguments[11], arguments[12]) = (there.Base, deadLetter.Name, deadLetter.Data, """{"attempts":0}""");
        return await connection.RunAsync(Script.Fail,
            [there.Of("wait"), there.Meta, there.Of("id"), there.Of("events"), there.Marker], arguments).ConfigureAwait(false);
    }

    // Across cluster slots no script sees both queues: the dead letter comes first, so that a crash in between loses nothing.
    private Task<Job> AddFirstAsync(QueueKeys there, string jobId, DeadLetterJob deadLetter) => new AddPipeline(new QueueConnection(there, connection.Database, connection.Time)).AddAsync(
        new PendingAdd(new NewJob(deadLetter.Name, deadLetter.Data), new JobOptions { JobId = jobId }, connection.Time.GetUtcNow()));

    /// <summary>Repeats until Redis has answered; after an answer that was lost, the job's state tells whether the call took effect.</summary>
    private async Task<bool> RecordAsync(ActiveJob active, string what, Func<Task<RedisResult>> record, params JobState[] settledStates)
    {
        for (var answerLost = false; ; answerLost = true)
        {
            try
            {
                var result = (long)await record().ConfigureAwait(false);
                outage.Succeeded(this);
                if (result == 0) return true;
                if (answerLost && Array.IndexOf(settledStates, await StateAsync(active.Job.Id).ConfigureAwait(false)) >= 0) return true;
                NotSettled(logger, active.Job.Id, active.Job.Name, what, Refusal.Describe(result));
                return false;
            }
            catch (Exception error) when (Outage.IsConnectionError(error) && !active.IsLost)
            {
                outage.Failed(this, error);
                await Task.Delay(PauseBetweenTries, connection.Time, givenUp).ConfigureAwait(false);
            }
        }
    }

    private async Task<JobState> StateAsync(string jobId) =>
        JobStateNames.Parse((string?)await connection.RunAsync(Script.GetState, jobId).ConfigureAwait(false));

    private static byte[] StacktraceOf(Job job, Exception error)
    {
        IEnumerable<string> traces = [.. job.Stacktrace, error.ToString()];
        if (job.Options.StackTraceLimit is { } limit) traces = traces.TakeLast(limit);
        return JsonSerializer.SerializeToUtf8Bytes([.. traces], BullMQJsonContext.Default.ListString);
    }

    private async Task NotifyAsync(Func<JobFailure, Task> onFailed, JobFailure failure)
    {
        try
        {
            await onFailed(failure).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            NotificationFailed(logger, error, failure.Job.Id);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Job {jobId} ({name}) could not be {what}: {reason}")]
    private static partial void NotSettled(ILogger logger, string jobId, string name, string what, string reason);

    [LoggerMessage(LogLevel.Error, "Job {jobId} fails for good: its backoff type '{type}' is not known here (known are fixed and exponential)")]
    private static partial void UnknownBackoff(ILogger logger, string jobId, string type);

    [LoggerMessage(LogLevel.Error, "The dead letter of job {jobId} could not be made; its own payload goes to the dead letter queue")]
    private static partial void DeadLetterNotCreated(ILogger logger, Exception exception, string jobId);

    [LoggerMessage(LogLevel.Error, "OnFailed threw for job {jobId}; the failure itself is recorded")]
    private static partial void NotificationFailed(ILogger logger, Exception exception, string jobId);
}
