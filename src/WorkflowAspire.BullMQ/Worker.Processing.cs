using System.Diagnostics;
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

    /// <param name="taken">Jobs that were just taken.</param>
    /// <param name="turn">Their place in the order of starts; null for the next.</param>
    private ValueTask BeginAsync(IReadOnlyList<ActiveJob> taken, Starts.Turn? turn = null)
    {
        if (IsClosing)
        {
            if (turn is not null) _starts.Add(turn, []);
            return new ValueTask(HandBackUnbegunAsync(taken));
        }

        // With one slot the loop has nothing to do until this job ends, so it may as well begin it: one change of threads less.
        if (turn is not null && _concurrency == 1)
        {
            _starts.Add(turn, []);
            foreach (var active in taken) _ = ProcessAsync(active);
        }
        else if (turn is not null)
        {
            _starts.Add(turn, taken);
        }
        else
        {
            _starts.Add(taken);
        }

        return ValueTask.CompletedTask;
    }

    private void Begin(Start start) => _ = start.Refusal is { } error ? FailRefusedAsync(start.Active, error) : ProcessAsync(start.Active);

    private async Task FailRefusedAsync(ActiveJob active, Exception error)
    {
        await SettleAsync(active, () => _settlement.FailAsync(active, error)).ConfigureAwait(false);
        Interlocked.Decrement(ref _running);
        Wake();
    }

    private void Fail(ActiveJob active, Exception error)
    {
        Interlocked.Increment(ref _running);
        _starts.Add(new Start(active, error));
    }

    private async Task ProcessAsync(ActiveJob active)
    {
        try
        {
            if (!MayBegin(active)) return;
            if (active.Job.RepeatJobKey is not null) await _iterations.AddNextAsync(active).ConfigureAwait(false);
            var result = await RunProcessorAsync(active).ConfigureAwait(false);
            _locks.Release(active);
            if (active.IsLost)
            {
                TellLost(active);
                return;
            }

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
            else if (!HasMovedItsJob(error)) TellLost(active);
            // The place of its job may be free in a queue with a global concurrency, where no marker tells of jobs that wait.
            if (error is not RateLimitError) Volatile.Write(ref _asksAgain, true);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
            if (!_starts.IsWithinSeries) Wake();
        }
    }

    // Not where it was lost, or is to be given back, while jobs in front of it kept it waiting.
    private bool MayBegin(ActiveJob active)
    {
        if (active.IsLost)
        {
            TellLost(active);
            return false;
        }

        active.HasBegun = !active.IsReturning;
        return active.HasBegun;
    }

    private Task RecordAsync(ActiveJob active, Exception error) => error switch
    {
        _ when HasMovedItsJob(error) => Task.CompletedTask,
        RateLimitError => HandBackLimitedAsync(active),
        OperationCanceledException when active.Job.CancellationReason is { } reason => _settlement.FailAsync(active, new OperationCanceledException(reason, error), takesMore: !IsClosing),
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
        if (activity is not null) active.Attempt = activity.Context;
        try
        {
            if (_options.OnActive is { } onActive) await _notifications.TellAsync(nameof(_options.OnActive), onActive, active.Job).ConfigureAwait(false);
            if (active.Job.DeferredFailure is { } reason) throw new UnrecoverableError(reason);
            if (_options.MaxStartedAttempts is > 0 and var most && active.Job.AttemptsStarted > most) throw new UnrecoverableError("job started more than allowable limit");
            var result = await Call(active).ConfigureAwait(false);
            ProcessActivity.Completed(activity, active.Job, result, _options.TraceOutcomes, _time.GetUtcNow());
            return result;
        }
        catch (Exception error) when (!HasMovedItsJob(error) && error is not RateLimitError)
        {
            ProcessActivity.Failed(activity, active.Job, error, _options.TraceOutcomes, _time.GetUtcNow());
            throw;
        }
    }

    // The log has it since the lock was lost.
    private void TellLost(ActiveJob active) => _notifications.Error(new JobRefusedException(active.Job.Id, JobRefusal.LockLost,
        $"What became of job {active.Job.Id} of the queue {_keys.QualifiedName} was not recorded: its lock was lost while it was processed."));

    private Task<ReadOnlyMemory<byte>> Call(ActiveJob active)
    {
        try
        {
            return _processor!(active.Job, active.Cancellation);
        }
        finally
        {
            active.ReturnedAt = Stopwatch.GetTimestamp();
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
