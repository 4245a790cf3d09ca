using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using WorkflowAspire.BullMQ.Processing;

namespace WorkflowAspire.BullMQ;

// The exchange of finished jobs for new ones, on two lanes.
public sealed partial class Worker
{
    // The second lane keeps Redis busy while the answer to the first travels. While one is under way the other goes only where half of the
    // slots are to be handed in, so that calls don't become small.
    private async Task LoopAsync()
    {
        try
        {
            var second = ExchangeUntilClosedAsync(_lanes[1], _wakeSecond.Reader);
            await ExchangeUntilClosedAsync(_lanes[0], _wake.Reader).ConfigureAwait(false);
            _wakeSecond.Writer.TryComplete();
            await second.ConfigureAwait(false);
        }
        finally
        {
            // Given up: these were not handed in.
            foreach (var finished in _lanes.SelectMany(lane => lane.Pending)) _finished.Enqueue(finished);
            TellDropped();
        }
    }

    private async Task ExchangeUntilClosedAsync(Lane lane, ChannelReader<bool> wake)
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
                HandInRefused(_logger, refused, lane.Pending.Count, refused.Message);
                lane.Repeats = await HandInOneByOneAsync(lane).ConfigureAwait(false);
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
                await WaitAfterErrorAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>One exchange, or a wait for something to exchange. False when there is nothing left to do for this lane.</summary>
    private async Task<bool> StepAsync(Lane lane, ChannelReader<bool> wake)
    {
        if (lane.Exchange.IsAnswerMissing)
        {
            var reclaimed = await lane.Exchange.ReclaimAsync().ConfigureAwait(false);
            foreach (var active in reclaimed) Track(active);
            lane.Asked = 0;
            await BeginAsync(reclaimed).ConfigureAwait(false);
        }

        if (!TryPlan(lane))
        {
            if (IsAllHandedIn())
            {
                if (IsClosing) return false;
                if (_isPaused) _allDone?.TrySetResult();
            }

            // It may wait for long; whether Redis is back is for the first lane to tell.
            if (lane != _lanes[0]) _outage.GaveUp(lane);
            if (!await wake.WaitToReadAsync(_givenUp.Token).ConfigureAwait(false)) return false;
            wake.TryRead(out _);
            return true;
        }

        var asked = lane.Asked;
        var (exchanged, turn) = await ExchangeAsync(lane).ConfigureAwait(false);
        foreach (var finished in lane.Pending) finished.Active.Dispose();
        foreach (var (active, error) in exchanged.Refused) Fail(active, error);
        foreach (var active in exchanged.Taken) Track(active);
        Settle(lane, exchanged);
        TellProgress(exchanged, asked);
        await BeginAsync(exchanged.Taken, turn).ConfigureAwait(false);
        return true;
    }

    private async Task<(Exchanged Exchanged, Starts.Turn Turn)> ExchangeAsync(Lane lane)
    {
        Starts.Turn turn;
        Task<Exchanged> call;
        // The server answers in the order in which calls are sent, and in that order their jobs begin.
        lock (_sending)
        {
            turn = _starts.NextTurn();
            call = lane.Exchange.RunAsync(lane.Pending, lane.Asked, lane.Repeats);
        }

        try
        {
            return (await call.ConfigureAwait(false), turn);
        }
        catch
        {
            _starts.Add(turn, []);
            throw;
        }
        finally
        {
            lock (_planGate) lane.IsUnderWay = false;
            // What was too little beside the second lane's is enough now.
            if (lane != _lanes[0]) Wake();
        }
    }

    // What the lane's next exchange hands in and how much it may take; false where that is nothing.
    private bool TryPlan(Lane lane)
    {
        lock (_planGate)
        {
            if (_idleWait is { IsCompleted: true }) (_idleWait, _mayHaveJobs) = (null, true);
            if (Volatile.Read(ref _asksAgain) && Interlocked.Exchange(ref _asksAgain, false)) _mayHaveJobs = true;
            if (_idleWait is null && Volatile.Read(ref _limitedUntil) > 0) BeginIdleWait(new Exchanged([], TimeLimited(), null));
            // What an exchange failed to hand in comes first, however little it is.
            if (lane.Pending.Count == 0 && _finished.Count < SecondLaneFrom && (lane != _lanes[0] || _lanes[1].IsUnderWay)) return false;
            while (lane.Pending.Count < HandInPerCall && _finished.TryDequeue(out var finished)) lane.Pending.Add(finished);
            var free = IsClosing || _isPaused ? 0 : Math.Max(0, _concurrency - Volatile.Read(ref _running) - _lanes[0].Asked - _lanes[1].Asked - (_idleWait is null ? 0 : 1));
            if (lane.Pending.Count == 0 && (free == 0 || !_mayHaveJobs)) return false;
            lane.Asked = free;
            lane.IsUnderWay = true;
            return true;
        }
    }

    private void Settle(Lane lane, Exchanged exchanged)
    {
        lock (_planGate)
        {
            lane.Pending.Clear();
            var isShort = exchanged.Taken.Count < lane.Asked;
            lane.Asked = 0;
            if (isShort && _idleWait is null) BeginIdleWait(exchanged);
            else if (isShort) _mayHaveJobs = false;
        }

        // The first lane waits for the second one's end.
        if (lane != _lanes[0] && (IsClosing || _isPaused)) Wake();
    }

    private bool IsAllHandedIn()
    {
        lock (_planGate)
            return Volatile.Read(ref _running) == 0 && _finished.IsEmpty && !_mayTakeIdle && _lanes.All(lane => lane is { Asked: 0, Pending.Count: 0 });
    }

    // The script stopped at a job that Redis refuses; the others must not wait for it for ever. True where some have to be handed in again.
    private async Task<bool> HandInOneByOneAsync(Lane lane)
    {
        var isCutOff = false;
        foreach (var finished in lane.Pending)
        {
            try
            {
                var exchanged = await lane.Exchange.RunAsync([finished], count: 0, repeated: true).ConfigureAwait(false);
                foreach (var (active, error) in exchanged.Refused) Fail(active, error);
            }
            catch (Exception error) when (Outage.IsConnectionError(error))
            {
                isCutOff = true;
                _finished.Enqueue(finished);
            }
            catch (Exception error)
            {
                _notifications.Error(error);
                SettlementFailed(_logger, error, finished.Active.Job.Id, error.Message);
            }
        }

        lane.Pending.Clear();
        return isCutOff;
    }

    private async Task WaitAfterErrorAsync()
    {
        try
        {
            await Task.Delay(_options.RunRetryDelay, _time, _givenUp.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_givenUp.IsCancellationRequested)
        {
        }
    }

    private int SecondLaneFrom => _concurrency < ConcurrencyForTwoLanes ? int.MaxValue : _concurrency / 2;

    private void Wake()
    {
        _wake.Writer.TryWrite(true);
        if (_finished.Count >= SecondLaneFrom) _wakeSecond.Writer.TryWrite(true);
    }

    [LoggerMessage(LogLevel.Warning, "Redis refused a call that hands in {count} finished jobs, which are handed in one by one now: {error}")]
    private static partial void HandInRefused(ILogger logger, Exception exception, int count, string error);
}
