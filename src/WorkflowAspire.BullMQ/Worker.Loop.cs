using System.Diagnostics;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using WorkflowAspire.BullMQ.Processing;

namespace WorkflowAspire.BullMQ;

// What a running worker does: exchange, process, wait.
public sealed partial class Worker
{
    private async Task LoopAsync()
    {
        var pending = new List<FinishedJob>();
        while (!_givenUp.IsCancellationRequested)
        {
            try
            {
                if (!await StepAsync(pending).ConfigureAwait(false)) return;
                _outage.Succeeded(_exchange);
                _repeats = false;
            }
            catch (RedisServerException refused) when (!Outage.IsConnectionError(refused) && pending.Count > 0)
            {
                await HandInOneByOneAsync(pending).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_givenUp.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                // Whatever it is, a worker that goes on trying is better than one that silently stands still.
                _outage.Failed(_exchange, error);
                _repeats = pending.Count > 0;
                await PauseAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>One exchange, or a wait for something to exchange. False when the worker is closed and all is handed in.</summary>
    private async Task<bool> StepAsync(List<FinishedJob> pending)
    {
        if (_exchange.IsAnswerMissing)
        {
            foreach (var active in await _exchange.ReclaimAsync().ConfigureAwait(false)) Start(active);
        }

        if (_idleWait is { IsCompleted: true }) (_idleWait, _mayHaveJobs) = (null, true);
        while (pending.Count < HandInPerCall && _finished.TryDequeue(out var finished)) pending.Add(finished);
        var free = IsClosing ? 0 : Math.Max(0, _options.Concurrency - Volatile.Read(ref _running) - (_idleWait is null ? 0 : 1));
        if (pending.Count == 0 && (free == 0 || !_mayHaveJobs))
        {
            if (IsClosing && Volatile.Read(ref _running) == 0 && _finished.IsEmpty) return false;
            await _wake.Reader.ReadAsync(_givenUp.Token).ConfigureAwait(false);
            return true;
        }

        var exchanged = await _exchange.RunAsync(pending, free, _repeats).ConfigureAwait(false);
        foreach (var finished in pending) finished.Active.Dispose();
        pending.Clear();
        foreach (var active in exchanged.Taken) Start(active);
        if (exchanged.Taken.Count < free && _idleWait is null) BeginIdleWait(exchanged);
        return true;
    }

    // The script stopped at a job that Redis refuses; the others must not wait for it for ever.
    private async Task HandInOneByOneAsync(List<FinishedJob> pending)
    {
        foreach (var finished in pending)
        {
            try
            {
                await _exchange.RunAsync([finished], count: 0, repeated: true).ConfigureAwait(false);
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

        pending.Clear();
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
        _ = _idleWait.ContinueWith(_ => Wake(), TaskScheduler.Default);
    }

    // One slot is kept free meanwhile: the marker that this worker takes away obliges it to take a job.
    private async Task IdleAsync(Exchanged exchanged)
    {
        try
        {
            if (exchanged.RateLimit > TimeSpan.Zero)
                await Task.Delay(exchanged.RateLimit < LongestRateLimitWait ? exchanged.RateLimit : LongestRateLimitWait, _time, _closing.Token).ConfigureAwait(false);
            else
                await _marker!.WaitAsync(exchanged.NextDelayed).ConfigureAwait(false);
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
            else await SettleAsync(active, () => _settlement.FailAsync(active, error, takesMore: !IsClosing)).ConfigureAwait(false);
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

    private void Wake() => _wake.Writer.TryWrite(true);

    [LoggerMessage(LogLevel.Error, "The outcome of job {jobId} could not be recorded ({error}); it will be recovered as stalled")]
    private static partial void SettlementFailed(ILogger logger, Exception exception, string jobId, string error);
}
