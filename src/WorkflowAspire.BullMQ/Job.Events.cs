using StackExchange.Redis;
using WorkflowAspire.BullMQ.Processing;
using WorkflowAspire.BullMQ.Protocol;

namespace WorkflowAspire.BullMQ;

// Waiting for the job's end.
public sealed partial class Job
{
    // An event can be lost (see QueueEvents), a job can be removed without one: now and then the job itself is looked at.
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(10);

    /// <summary>Waits until the job has completed or failed for good, and returns what its processor returned.</summary>
    /// <remarks>A job that has ended already returns at once. Cheaper than asking for the state again and again: it waits for the queue's events.</remarks>
    /// <param name="queueEvents">The events of this job's queue; started where they were not.</param>
    /// <param name="ttl">How long to wait; null for as long as it takes.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>UTF-8 JSON; <c>null</c> where there is nothing.</returns>
    /// <exception cref="JobFailedException">The job failed for good, or there is no such job (any more).</exception>
    /// <exception cref="TimeoutException">The job was not finished in that time; it goes on.</exception>
    /// <exception cref="ArgumentException">The events are another queue's, or the time is not positive.</exception>
    /// <exception cref="ObjectDisposedException">The events were closed.</exception>
    /// <exception cref="NotSupportedException">The server has no streams, as Garnet.</exception>
    /// <exception cref="RedisException">Redis can't be reached or refuses.</exception>
    public async Task<ReadOnlyMemory<byte>> WaitUntilFinishedAsync(QueueEvents queueEvents, TimeSpan? ttl = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(queueEvents);
        if (queueEvents.Keys.Base != _connection.Keys.Base)
            throw new ArgumentException($"Job {Id} is of the queue '{_connection.Keys.Base}', and these events are of '{queueEvents.Keys.Base}'.", nameof(queueEvents));
        if (ttl is { } time) ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(time, TimeSpan.Zero, nameof(ttl));

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(ct, queueEvents.Closing);
        var wait = queueEvents.WaitFor(Id);
        try
        {
            var finish = FinishAsync(queueEvents, wait, ending.Token);
            return await (ttl is { } limit ? finish.WaitAsync(limit, _connection.Time, ct) : finish).ConfigureAwait(false);
        }
        catch (TimeoutException) when (ttl is not null)
        {
            throw new TimeoutException($"Job {Id} ({Name}) was not finished within {ttl}; it goes on.");
        }
        catch (OperationCanceledException) when (queueEvents.Closing.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw new ObjectDisposedException(nameof(QueueEvents), $"The events of queue '{queueEvents.QueueName}' were closed while job {Id} was waited for.");
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
            queueEvents.Forget(wait);
        }
    }

    private async Task<ReadOnlyMemory<byte>> FinishAsync(QueueEvents queueEvents, FinishWait wait, CancellationToken ct)
    {
        await queueEvents.StartAsync(ct).ConfigureAwait(false);
        var look = await LookAsync(ct).ConfigureAwait(false);
        while (true)
        {
            switch (look.Status)
            {
                case 1: return look.Result;
                case 2: throw new JobFailedException(Id, look.Result.ToString());
                case -1:
                    // It may have ended and gone in the same moment: then an event that is under way says how.
                    await EndsAsync(wait.ArrivesAt(look.Newest), ct).ConfigureAwait(false);
                    return ResultOf(wait.Last ?? throw new JobFailedException(Id, $"There is no job {Id} in the queue '{queueEvents.QueueName}' (any more)."));
            }

            wait.ExpectAfter(look.Newest);
            if (await EndsAsync(wait.Finished, ct).ConfigureAwait(false)) return ResultOf(await wait.Finished.ConfigureAwait(false));
            try
            {
                look = await LookAsync(ct).ConfigureAwait(false);
            }
            catch (Exception error) when (Outage.IsConnectionError(error))
            {
                // Told by the events, which come again when Redis does.
            }
        }
    }

    private async Task<(int Status, RedisValue Result, string Newest)> LookAsync(CancellationToken ct)
    {
        var look = await _connection.RunAsync(Script.IsFinished, Id).WaitAsync(ct).ConfigureAwait(false);
        return ((int)look[0], (RedisValue)look[1], (string)look[2]!);
    }

    /// <summary>Whether that came before it is time to look again.</summary>
    private async Task<bool> EndsAsync(Task awaited, CancellationToken ct)
    {
        await Task.WhenAny(awaited, Task.Delay(LookAgain, _connection.Time, ct)).ConfigureAwait(false);
        ct.ThrowIfCancellationRequested();
        return awaited.IsCompleted;
    }

    private ReadOnlyMemory<byte> ResultOf(JobEvent ended) => ended switch
    {
        CompletedEvent completed => completed.ReturnValue,
        FailedEvent failed => throw new JobFailedException(Id, failed.FailedReason),
        _ => throw new ArgumentOutOfRangeException(nameof(ended), ended.Name, "Not the end of a job."),
    };
}
