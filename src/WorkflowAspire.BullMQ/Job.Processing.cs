using Microsoft.Extensions.Logging.Abstractions;
using WorkflowAspire.BullMQ.Processing;
using WorkflowAspire.BullMQ.Protocol;
using WorkflowAspire.BullMQ.Telemetry;

namespace WorkflowAspire.BullMQ;

// What whoever processes the job does with it: hands it in, puts it off, keeps it.
public sealed partial class Job
{
    private Exchange? _exchange;

    /// <summary>The token of the lock with which a worker took the job; null for a job that was only read.</summary>
    public string? Token { get; private set; }

    /// <summary>Why the program cancelled the job (<see cref="Worker.CancelJob"/>); null where it did not, or gave no reason. Set before the processor's token is cancelled.</summary>
    public string? CancellationReason { get; internal set; }

    /// <summary>The processor has moved the job out of active and given up the lock with that.</summary>
    internal bool IsParked { get; private set; }

    /// <summary>When a worker took the job its hash had the six fields of every job and no others.</summary>
    internal bool IsPlain { get; init; }

    internal void TakenWith(string token, Exchange exchange) => (Token, _exchange) = (token, exchange);

    /// <summary>Completes a job that <see cref="Worker.GetNextJobAsync"/> took.</summary>
    /// <param name="returnValue">The result: UTF-8 JSON; empty for none.</param>
    /// <param name="token">The token of the job's lock.</param>
    /// <param name="fetchNext">Whether to take the next job in the same call, with the same token.</param>
    /// <param name="ct">Ends the wait, unless it is also for the next job, which would be lost; the job may complete all the same.</param>
    /// <returns>The next job; null where there is none or none was asked for.</returns>
    /// <exception cref="JobRefusedException">The job is not active, its lock is gone or another's, or it has unfinished children; nothing was changed.</exception>
    public async Task<Job?> MoveToCompletedAsync(ReadOnlyMemory<byte> returnValue, string token, bool fetchNext = true, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(token);
        ct.ThrowIfCancellationRequested();
        using var active = new ActiveJob(this, token, 0);
        using var activity = OperationActivity.Start("complete", QueueName)?.SetTag(TelemetryAttributes.JobId, Id).SetTag(TelemetryAttributes.JobName, Name);
        var (result, exchanged) = await TakenThrough().RunManuallyAsync(new FinishedJob(active, returnValue), fetchNext ? 1 : 0, token).WaitAsync(fetchNext ? CancellationToken.None : ct).ConfigureAwait(false);
        ThrowIfRefused(result, "completed");
        return exchanged.FirstJob;
    }

    /// <summary>Records a failed attempt of a job that <see cref="Worker.GetNextJobAsync"/> took: another one follows where its options allow it.</summary>
    /// <param name="error">Why it failed; <see cref="UnrecoverableError"/> for no further attempt.</param>
    /// <param name="token">The token of the job's lock.</param>
    /// <param name="fetchNext">Whether to take the next job, with the same token; not done where the job's own next attempt comes at once, as in Node's package.</param>
    /// <param name="ct">Ends the wait; the attempt may be recorded all the same.</param>
    /// <returns>The next job; null where there is none or none was asked for.</returns>
    /// <exception cref="JobRefusedException">The job is not active, or its lock is gone or another's; nothing was changed.</exception>
    public async Task<Job?> MoveToFailedAsync(Exception error, string token, bool fetchNext = false, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(error);
        ArgumentException.ThrowIfNullOrEmpty(token);
        ct.ThrowIfCancellationRequested();
        var exchange = TakenThrough();
        var (result, isRetriedAtOnce) = await exchange.Settlement.FailManuallyAsync(this, token, error, fetchNext).WaitAsync(ct).ConfigureAwait(false);
        ThrowIfRefused(result, "failed");
        if (!fetchNext || isRetriedAtOnce) return null;
        var (_, exchanged) = await exchange.RunManuallyAsync(null, 1, token).ConfigureAwait(false);
        return exchanged.FirstJob;
    }

    /// <summary>Puts an active job off. In a processor throw <see cref="DelayedError"/> after it. The job loses no attempt.</summary>
    /// <param name="timestamp">When it is due; a time that has passed for now.</param>
    /// <param name="token">The token of the job's lock; null for <see cref="Token"/>.</param>
    /// <param name="ct">Ends the wait; the job may be moved all the same.</param>
    /// <exception cref="JobRefusedException">The job is not active, or its lock is gone or another's; nothing was changed.</exception>
    public async Task MoveToDelayedAsync(DateTimeOffset timestamp, string? token = null, CancellationToken ct = default)
    {
        var delay = Math.Max(0, timestamp.ToUnixTimeMilliseconds() - _connection.Time.GetUtcNow().ToUnixTimeMilliseconds());
        ct.ThrowIfCancellationRequested();
        ThrowIfRefused((long)await _connection.RunAsync(Script.Delay, Id, token ?? OwnToken(), delay).WaitAsync(ct).ConfigureAwait(false), "delayed");
        Delay = TimeSpan.FromMilliseconds(delay);
        IsParked = true;
        JobMetrics.CountMoved(QueueName, this, JobState.Delayed, _connection.Time);
    }

    /// <summary>Puts an active job back to wait, as the next to be taken. In a processor throw <see cref="WaitingError"/> after it. The job loses no attempt.</summary>
    /// <param name="token">The token of the job's lock; null for <see cref="Token"/>.</param>
    /// <param name="ct">Ends the wait; the job may be moved all the same.</param>
    /// <returns>What is left of the current period of the queue's rate limit; zero where there is none.</returns>
    /// <exception cref="JobRefusedException">The job is not active, or its lock is gone or another's; nothing was changed.</exception>
    public async Task<TimeSpan> MoveToWaitAsync(string? token = null, CancellationToken ct = default)
    {
        ct.ThrowIfCancellationRequested();
        var result = (long)await _connection.RunAsync(Script.HandBack, Id, token ?? OwnToken(), 0).WaitAsync(ct).ConfigureAwait(false);
        ThrowIfRefused(result, "put back to wait");
        IsParked = true;
        JobMetrics.CountMoved(QueueName, this, JobState.Waiting, _connection.Time);
        return TimeSpan.FromMilliseconds(result);
    }

    /// <summary>Renews the job's lock, for programs that take jobs themselves; a worker renews the locks of the jobs that it processes.</summary>
    /// <param name="token">The token of the job's lock.</param>
    /// <param name="duration">How long the lock stays from now on; at least a millisecond.</param>
    /// <param name="ct">Ends the wait; the lock may be renewed all the same.</param>
    /// <returns>False where the lock is gone or another's: another worker may have the job.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The duration is less than a millisecond.</exception>
    public async Task<bool> ExtendLockAsync(string token, TimeSpan duration, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(token);
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.FromMilliseconds(1));
        ct.ThrowIfCancellationRequested();
        var lost = (long[])(await _connection.RunAsync(Script.ExtendLocks, (long)duration.TotalMilliseconds, Id, token).WaitAsync(ct).ConfigureAwait(false))!;
        return lost.Length == 0;
    }

    private string OwnToken() => Token
        ?? throw new InvalidOperationException($"Job {Id} was read and not taken by a worker, so it has no token of its own: give that of its lock.");

    // A job that was only read is handed in with the defaults of a worker.
    private Exchange TakenThrough() => _exchange ?? Exchange.Alone(_connection, new WorkerOptions(), NullLogger.Instance);

    private void ThrowIfRefused(long result, string what)
    {
        if (result < 0) throw Refusal.Of(result, Id, _connection.Keys, what);
    }
}
