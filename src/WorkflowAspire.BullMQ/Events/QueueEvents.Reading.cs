using Microsoft.Extensions.Logging;

namespace WorkflowAspire.BullMQ;

// The reading: one place in the stream, and those who listen.
public sealed partial class QueueEvents
{
    private readonly List<EventListener> _listeners = [];
    private readonly List<FinishWait> _waits = [];
    private TaskCompletionSource _someoneListens = NewSignal();
    private string? _lastId;
    private string? _lastTold;
    private bool _mayHaveGap;
    // What the last listener had not taken when it left, for the next one.
    private List<QueueEvent> _left = [];

    /// <summary>Hears the end of one job until it is disposed of by <see cref="Forget"/>.</summary>
    internal FinishWait WaitFor(string jobId)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed is not null, this);
            var wait = new FinishWait(jobId, _lastTold ?? _lastId ?? EventStream.Beginning);
            _waits.Add(wait);
            _someoneListens.TrySetResult();
            return wait;
        }
    }

    internal void Forget(FinishWait wait)
    {
        lock (_gate) _waits.Remove(wait);
    }

    /// <summary>Cancelled when this is closed.</summary>
    internal CancellationToken Closing => _closing.Token;

    private bool IsHeard => _listeners.Count + _waits.Count > 0;

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void BeginAt(string id)
    {
        lock (_gate)
        {
            _lastId = id;
            foreach (var wait in _waits) wait.BeginAt(id);
            // An id that was kept from an earlier reader; the stream may have lost it since.
            _mayHaveGap = _options.LastEventId.Contains('-', StringComparison.Ordinal) && id != EventStream.Beginning;
        }
    }

    private EventListener Join()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed is not null, this);
            var listener = new EventListener(_left);
            _left = [];
            _listeners.Add(listener);
            _someoneListens.TrySetResult();
            return listener;
        }
    }

    private void Leave(EventListener listener)
    {
        listener.End();
        lock (_gate)
        {
            if (!_listeners.Remove(listener)) return;
            var rest = listener.TakeRest();
            if (!IsHeard) _left = rest;
        }
    }

    private void EndListeners()
    {
        lock (_gate)
        {
            foreach (var listener in _listeners) listener.End();
        }
    }

    private async Task LoopAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                await SomeoneListensAsync().ConfigureAwait(false);
                await StepAsync().ConfigureAwait(false);
                _outage.Succeeded(this);
            }
            catch (Exception) when (_closing.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                _outage.Failed(this, error);
                _mayHaveGap = true;
                await Task.Delay(PauseAfterError, _time, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private Task SomeoneListensAsync()
    {
        lock (_gate)
        {
            if (IsHeard) return Task.CompletedTask;
            _someoneListens = NewSignal();
            return _someoneListens.Task.WaitAsync(_closing.Token);
        }
    }

    private async Task StepAsync()
    {
        var after = LastEventId!;
        var (events, mayHaveMore) = await _stream!.ReadAsync(after, _options.BlockingTimeout).ConfigureAwait(false);
        if (events.Count == 0) return;
        if (_mayHaveGap && after.Contains('-', StringComparison.Ordinal) && after != EventStream.Beginning && !await _stream.HasAsync(after).ConfigureAwait(false))
            Gap(_logger, after, events[0].Event.Id, QueueName);
        // Whoever is so far behind may be overtaken by the trimming.
        _mayHaveGap = mayHaveMore;
        foreach (var (told, fault) in events)
        {
            if (!await TellAsync(told).ConfigureAwait(false)) return;
            if (fault is not null) Malformed(_logger, told.Name, told.Id, QueueName, fault);
        }
    }

    /// <summary>False where nobody was there to hear it: then it stays in the stream for whoever comes.</summary>
    private async Task<bool> TellAsync(QueueEvent told)
    {
        EventListener[] listeners;
        bool isHeard;
        lock (_gate)
        {
            if (!IsHeard || _closing.IsCancellationRequested) return false;
            _lastTold = told.Id;
            listeners = [.. _listeners];
            foreach (var wait in _waits) wait.Hear(told);
            isHeard = _waits.Count > 0;
            // Whoever joins now would find a hole between these and what comes next.
            if (listeners.Length == 0) _left.Clear();
        }

        foreach (var listener in listeners) isHeard |= await listener.GiveAsync(told).ConfigureAwait(false);
        lock (_gate)
        {
            if (isHeard) _lastId = told.Id;
            return isHeard;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Event '{name}' ({eventId}) of queue {queue} is not of its form, {fault}; it is told with its fields as they are")]
    private static partial void Malformed(ILogger logger, string name, string eventId, string queue, string fault);

    [LoggerMessage(LogLevel.Warning, "Events of queue {queue} between {last} and {next} may be lost: the stream was trimmed before they were read")]
    private static partial void Gap(ILogger logger, string last, string next, string queue);
}
