using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using WorkflowAspire.BullMQ.Processing;

namespace WorkflowAspire.BullMQ;

// What a running worker does: exchange, process, wait.
public sealed partial class Worker
{
    // The second lane keeps Redis busy while the answer to the first travels; it is used only where a good part of the slots is to be
    // handed in, so that calls don't become small.
    private async Task LoopAsync()
    {
        if (_lanes.Length == 1)
        {
            await LoopAsync(_lanes[0], _wake.Reader).ConfigureAwait(false);
            return;
        }

        var second = LoopAsync(_lanes[1], _wakeSecond.Reader);
        await LoopAsync(_lanes[0], _wake.Reader).ConfigureAwait(false);
        _wakeSecond.Writer.TryComplete();
        await second.ConfigureAwait(false);
    }

    private async Task LoopAsync(Lane lane, ChannelReader<bool> wake)
    {
        while (!_givenUp.IsCancellationRequested)
        {
            try
            {
                if (!await StepAsync(lane, wake).ConfigureAwait(false)) return;
                _outage.Succeeded(lane);
                lane.Repeats = false;
            }
            catch (RedisServerException refused) when (!Outage.IsConnectionError(refused) && lane.Pending.Count > 0)
            {
                await HandInOneByOneAsync(lane).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_givenUp.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                // Whatever it is, a worker that goes on trying is better than one that silently stands still.
                _outage.Failed(lane, error);
                lane.Repeats = lane.Pending.Count > 0;
                await PauseAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>One exchange, or a wait for something to exchange. False when there is nothing left to do for this lane.</summary>
    private async Task<bool> StepAsync(Lane lane, ChannelReader<bool> wake)
    {
        if (lane.Exchange.IsAnswerMissing)
        {
            foreach (var active in await lane.Exchange.ReclaimAsync().ConfigureAwait(false)) Start(active);
            lane.Asked = 0;
        }

        if (!TryPlan(lane))
        {
            if (IsClosing && IsAllHandedIn()) return false;
            return await WaitAsync(wake).ConfigureAwait(false);
        }

        var exchanged = await lane.Exchange.RunAsync(lane.Pending, lane.Asked, lane.Repeats).ConfigureAwait(false);
        foreach (var finished in lane.Pending) finished.Active.Dispose();
        lane.Pending.Clear();
        foreach (var active in exchanged.Taken) Start(active);
        lock (_planGate)
        {
            var mayBeMore = exchanged.Taken.Count == lane.Asked;
            lane.Asked = 0;
            if (!mayBeMore && _idleWait is null) BeginIdleWait(exchanged);
        }

        if (IsClosing) Wake();
        return true;
    }

    // What the lane's next exchange hands in and how much it may take; false where that is nothing.
    private bool TryPlan(Lane lane)
    {
        lock (_planGate)
        {
            if (_idleWait is { IsCompleted: true }) (_idleWait, _mayHaveJobs) = (null, true);
            // Pending jobs that an exchange failed to hand in come first.
            if (lane != _lanes[0] && lane.Pending.Count == 0 && _finished.Count < _secondLaneFrom) return false;
            while (lane.Pending.Count < HandInPerCall && _finished.TryDequeue(out var finished)) lane.Pending.Add(finished);
            var free = IsClosing ? 0 : Math.Max(0, _options.Concurrency - Volatile.Read(ref _running) - _lanes.Sum(other => other.Asked) - (_idleWait is null ? 0 : 1));
            if (lane.Pending.Count == 0 && (free == 0 || !_mayHaveJobs)) return false;
            lane.Asked = free;
            return true;
        }
    }

    private bool IsAllHandedIn()
    {
        lock (_planGate)
            return Volatile.Read(ref _running) == 0 && _finished.IsEmpty && _lanes.All(lane => lane is { Asked: 0, Pending.Count: 0 });
    }

    private async Task<bool> WaitAsync(ChannelReader<bool> wake)
    {
        if (!await wake.WaitToReadAsync(_givenUp.Token).ConfigureAwait(false)) return false;
        wake.TryRead(out _);
        return true;
    }

    // The script stopped at a job that Redis refuses; the others must not wait for it for ever.
    private async Task HandInOneByOneAsync(Lane lane)
    {
        foreach (var finished in lane.Pending)
        {
            try
            {
                await lane.Exchange.RunAsync([finished], count: 0, repeated: true).ConfigureAwait(false);
            }
            catch (RedisServerException refused) when (!Outage.IsConnectionError(refused))
            {
                SettlementFailed(_logger, refused, finished.Active.Job.Id, refused.Message);
            }
            catch (Exception error) when (Outage.IsConnectionError(error))
            {
                _finished.Enqueue(finished);
            }
        }

        lane.Pending.Clear();
    }

    private async Task PauseAsync()
    {
        try
        {
            await Task.Delay(PauseAfterError, _time, _givenUp.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_givenUp.IsCancellationRequested)
        {
        }
    }

    private void Start(ActiveJob active)
    {
        Interlocked.Increment(ref _running);
        _locks.Track(active);
        _ = Task.Run(() => ProcessAsync(active));
    }

    private void BeginIdleWait(Exchanged exchanged)
    {
        _mayHaveJobs = false;
        _idleWait = Task.Run(() => IdleAsync(exchanged));
        _ = _idleWait.ContinueWith(_ => Wake(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    // One slot is kept free meanwhile: the marker that this worker takes away obliges it to take a job.
    private async Task IdleAsync(Exchanged exchanged)
    {
        try
        {
            if (exchanged.RateLimit > TimeSpan.Zero)
                await Task.Delay(exchanged.RateLimit < LongestRateLimitWait ? exchanged.RateLimit : LongestRateLimitWait, _time, _closing.Token).ConfigureAwait(false);
            else
                await (await _marker!.ConfigureAwait(false)).WaitAsync(exchanged.NextDelayed).ConfigureAwait(false);
            _outage.Succeeded(_marker!);
        }
        catch (OperationCanceledException) when (IsClosing)
        {
        }
        catch (Exception error) when (error is RedisException or TimeoutException or ObjectDisposedException)
        {
            if (!IsClosing)
            {
                _outage.Failed(_marker!, error);
                await PauseAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task ProcessAsync(ActiveJob active)
    {
        try
        {
            var result = await RunProcessorAsync(active).ConfigureAwait(false);
            _locks.Release(active);
            if (!active.IsLost) _finished.Enqueue(new FinishedJob(active, result));
        }
        catch (Exception error)
        {
            _locks.Release(active);
            if (active.IsLost) return;
            if (active.IsReturning) await SettleAsync(active, () => _settlement.HandBackAsync(active)).ConfigureAwait(false);
            else await SettleAsync(active, () => _settlement.FailAsync(active, error)).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
            Wake();
        }
    }

    private async Task<ReadOnlyMemory<byte>> RunProcessorAsync(ActiveJob active)
    {
        using var activity = BullMQTelemetry.Source.StartActivity($"process {QueueName}", ActivityKind.Consumer);
        activity?.SetTag("bullmq.queue.name", QueueName).SetTag("bullmq.job.id", active.Job.Id).SetTag("bullmq.job.name", active.Job.Name);
        try
        {
            if (active.Job.DeferredFailure is { } reason) throw new UnrecoverableError(reason);
            return await _processor(active.Job, active.Cancellation).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            activity?.SetStatus(ActivityStatusCode.Error, error.Message);
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
            SettlementFailed(_logger, error, active.Job.Id, error.Message);
        }
    }

    private void Wake()
    {
        _wake.Writer.TryWrite(true);
        if (_finished.Count >= _secondLaneFrom || IsClosing) _wakeSecond.Writer.TryWrite(true);
    }

    [LoggerMessage(LogLevel.Error, "The outcome of job {jobId} could not be recorded ({error}); it will be recovered as stalled")]
    private static partial void SettlementFailed(ILogger logger, Exception exception, string jobId, string error);
}
