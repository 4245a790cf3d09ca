using Microsoft.Extensions.Logging;
using WorkflowAspire.BullMQ.Processing;
using WorkflowAspire.BullMQ.Telemetry;

namespace WorkflowAspire.BullMQ;

// One job: its processor, and what is recorded of it.
public sealed partial class Worker
{
    private void Track(ActiveJob active)
    {
        Interlocked.Increment(ref _running);
        _locks.Track(active);
    }

    private ValueTask BeginAsync(IReadOnlyList<ActiveJob> taken)
    {
        if (IsClosing) return new ValueTask(HandBackUnbegunAsync(taken));
        foreach (var active in taken) Start(active);
        return ValueTask.CompletedTask;
    }

    private void Start(ActiveJob active)
    {
        // With one slot the loop has nothing to do until this job ends, so it may as well begin it: one change of threads less.
        if (_concurrency == 1) _ = ProcessAsync(active);
        else _ = Task.Run(() => ProcessAsync(active));
    }

    private void Fail(ActiveJob active, Exception error)
    {
        Interlocked.Increment(ref _running);
        _ = Task.Run(async () =>
        {
            await SettleAsync(active, () => _settlement.FailAsync(active, error)).ConfigureAwait(false);
            Interlocked.Decrement(ref _running);
            Wake();
        });
    }

    private async Task ProcessAsync(ActiveJob active)
    {
        try
        {
            if (active.Job.RepeatJobKey is not null) await _iterations.AddNextAsync(active).ConfigureAwait(false);
            var result = await RunProcessorAsync(active).ConfigureAwait(false);
            _locks.Release(active);
            if (active.IsLost) return;
            _finished.Enqueue(new FinishedJob(active, result));
            if (_givenUp.IsCancellationRequested) TellDropped();
        }
        catch (Exception error) when (active.IsReturning && !HasMovedItsJob(error))
        {
            // It keeps its lock until the close hands back all such jobs, in their order.
            active.Stopped();
        }
        catch (Exception error)
        {
            _locks.Release(active);
            if (!active.IsLost) await SettleAsync(active, () => RecordAsync(active, error)).ConfigureAwait(false);
            // The place of its job may be free in a queue with a global concurrency, where no marker tells of jobs that wait.
            if (error is not RateLimitError) Volatile.Write(ref _asksAgain, true);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
            Wake();
        }
    }

    private Task RecordAsync(ActiveJob active, Exception error) => error switch
    {
        _ when HasMovedItsJob(error) => Task.CompletedTask,
        RateLimitError => HandBackLimitedAsync(active),
        OperationCanceledException when active.CancellationReason is { } reason => _settlement.FailAsync(active, new OperationCanceledException(reason, error), takesMore: !IsClosing),
        _ => _settlement.FailAsync(active, error, takesMore: !IsClosing),
    };

    // With these a processor says that it has put its job elsewhere: there is nothing left to record.
    private static bool HasMovedItsJob(Exception error) => error
        is DelayedError
        or WaitingChildrenError
        or WaitingError;

    private async Task<ReadOnlyMemory<byte>> RunProcessorAsync(ActiveJob active)
    {
        using var activity = ProcessActivity.Start(QueueName, active.Job, _lanes[0].Exchange.WorkerId, _options.Name);
        try
        {
            if (_options.OnActive is { } onActive) await _notifications.TellAsync(nameof(_options.OnActive), onActive, active.Job).ConfigureAwait(false);
            if (active.Job.DeferredFailure is { } reason) throw new UnrecoverableError(reason);
            if (_options.MaxStartedAttempts is > 0 and var most && active.Job.AttemptsStarted > most) throw new UnrecoverableError("job started more than allowable limit");
            var result = await _processor!(active.Job, active.Cancellation).ConfigureAwait(false);
            ProcessActivity.Completed(activity, active.Job, result, _options.TraceOutcomes, _time.GetUtcNow());
            return result;
        }
        catch (Exception error) when (!HasMovedItsJob(error) && error is not RateLimitError)
        {
            ProcessActivity.Failed(activity, active.Job, error, _options.TraceOutcomes, _time.GetUtcNow());
            throw;
        }
    }

    private async Task SettleAsync(ActiveJob active, Func<Task> settle)
    {
        try
        {
            await settle().ConfigureAwait(false);
        }
        catch (Exception error)
        {
            // The lock runs out and the job is recovered as stalled.
            _notifications.Error(error);
            SettlementFailed(_logger, error, active.Job.Id, error.Message);
        }
    }

    [LoggerMessage(LogLevel.Error, "The outcome of job {jobId} could not be recorded ({error}); it will be recovered as stalled")]
    private static partial void SettlementFailed(ILogger logger, Exception exception, string jobId, string error);
}
