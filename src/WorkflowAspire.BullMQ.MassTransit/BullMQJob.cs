using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace WorkflowAspire.BullMQ.MassTransit;

/// <summary>The job that a consumer is working on: <c>context.GetBullMQJob()</c>.</summary>
public abstract class BullMQJob
{
    private ReadOnlyMemory<byte> _result;

    private protected BullMQJob(Job job, string queueName) => (Job, QueueName, Attempt) = (job, queueName, job.AttemptsMade + 1);

    /// <summary>The job as it was when it was taken.</summary>
    public Job Job { get; }

    /// <summary>The queue it is in.</summary>
    public string QueueName { get; }

    /// <summary>The job's id, unique in its queue.</summary>
    public string Id => Job.Id;

    /// <summary>The job's name, which tells kinds of jobs in one queue apart.</summary>
    public string Name => Job.Name;

    /// <summary>Which attempt this is, from 1. MassTransit's own retries happen within an attempt.</summary>
    public int Attempt { get; }

    /// <summary>The options that the job was added with.</summary>
    public JobOptions Options => Job.Options;

    /// <summary>When the job was created.</summary>
    public DateTimeOffset Timestamp => Job.Timestamp;

    /// <summary>When this worker took the job.</summary>
    public DateTimeOffset ProcessedOn => Job.ProcessedOn ?? Job.Timestamp;

    /// <summary>The token of the job's lock. The worker renews the lock; where it is lost the context's token is cancelled.</summary>
    public string Token => Job.Token ?? "";

    /// <summary>Tells how far the job is; listeners get the event <c>progress</c>.</summary>
    /// <exception cref="JobRefusedException">The job is gone.</exception>
    public abstract Task UpdateProgressAsync(JobProgress progress, CancellationToken cancellationToken = default);

    /// <summary>Adds a row to the job's log, which dashboards show.</summary>
    /// <returns>How many rows the job has now.</returns>
    /// <exception cref="JobRefusedException">The job is gone.</exception>
    public abstract Task<long> LogAsync(string row, CancellationToken cancellationToken = default);

    /// <summary>Keeps the job's lock for a time from now on, where that is to be longer than the worker's renewals give.</summary>
    /// <param name="duration">How long; at least a millisecond.</param>
    /// <param name="cancellationToken">Ends the wait; the lock may be renewed all the same.</param>
    /// <returns>False where the lock is gone or another's: another worker may have the job.</returns>
    public abstract Task<bool> ExtendLockAsync(TimeSpan duration, CancellationToken cancellationToken = default);

    /// <summary>Puts the job off: it is due again after the delay and loses no attempt. The consumer may return then or throw <see cref="DelayedError"/>; either way nothing else is recorded.</summary>
    /// <param name="delay">The delay from now; zero or negative for none.</param>
    /// <param name="cancellationToken">Ends the wait; the job may be moved all the same.</param>
    /// <exception cref="InvalidOperationException">The job is no longer this worker's; nothing was changed.</exception>
    public async Task DelayAsync(TimeSpan delay, CancellationToken cancellationToken = default)
    {
        await MoveToDelayedAsync(delay, cancellationToken).ConfigureAwait(false);
        Moved ??= new DelayedError();
    }

    /// <summary>Puts the job back to wait, as the next to be taken; it loses no attempt. The consumer may return then or throw <see cref="WaitingError"/>.</summary>
    /// <exception cref="InvalidOperationException">The job is no longer this worker's; nothing was changed.</exception>
    public async Task MoveToWaitAsync(CancellationToken cancellationToken = default)
    {
        await MoveToWaitingAsync(cancellationToken).ConfigureAwait(false);
        Moved ??= new WaitingError();
    }

    /// <summary>Stops the queue's rate-limited workers for a time and puts the job back to wait without losing an attempt. The consumer may return then or throw <see cref="RateLimitError"/>.</summary>
    /// <param name="duration">How long; at least a millisecond.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task RateLimitAsync(TimeSpan duration, CancellationToken cancellationToken = default)
    {
        await LimitQueueAsync(duration, cancellationToken).ConfigureAwait(false);
        Moved ??= new RateLimitError();
    }

    /// <summary>What the job returns, written with <see cref="JsonSerializerOptions.Web"/>. Without a result it is <c>null</c>.</summary>
    public void SetResult<TResult>(TResult result) => SetResult(result, (JsonTypeInfo<TResult>)JsonSerializerOptions.Web.GetTypeInfo(typeof(TResult)));

    /// <summary>What the job returns.</summary>
    /// <param name="result">The result.</param>
    /// <param name="typeInfo">How it is written as JSON.</param>
    public void SetResult<TResult>(TResult result, JsonTypeInfo<TResult> typeInfo) => _result = JsonSerializer.SerializeToUtf8Bytes(result, typeInfo);

    /// <summary>What the job returns, as UTF-8 JSON, stored byte for byte.</summary>
    public void SetResultJson(ReadOnlyMemory<byte> json) => _result = json;

    /// <summary>What the attempt returns to the worker.</summary>
    internal ReadOnlyMemory<byte> Result => _result;

    /// <summary>Says that the consumer has moved the job, so that nothing else is to be recorded; null where it has not.</summary>
    internal Exception? Moved { get; private set; }

    /// <summary>The last exception that left a consumer, which MassTransit may have replaced by one of its own since.</summary>
    internal Exception? Thrown { get; set; }

    private protected abstract Task MoveToDelayedAsync(TimeSpan delay, CancellationToken cancellationToken);

    private protected abstract Task MoveToWaitingAsync(CancellationToken cancellationToken);

    private protected abstract Task LimitQueueAsync(TimeSpan duration, CancellationToken cancellationToken);
}
