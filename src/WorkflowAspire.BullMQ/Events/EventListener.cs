using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace WorkflowAspire.BullMQ;

/// <summary>One that listens: events wait here until it takes them. When many do, or large ones, the reader waits too, and the stream keeps the rest.</summary>
internal sealed class EventListener
{
    private const int MostWaiting = 10_000;
    private const long MostBytes = 64_000_000;

    private readonly Channel<QueueEvent> _waiting = Channel.CreateUnbounded<QueueEvent>();
    private readonly Lock _gate = new();
    private TaskCompletionSource? _room;
    private long _bytes;
    private int _count;
    private bool _hasEnded;

    /// <param name="first">Events to take before those that are given.</param>
    public EventListener(IEnumerable<QueueEvent> first)
    {
        foreach (var told in first) Add(told);
    }

    /// <summary>Returns when the event is here, or (false) there is nobody to take it any more.</summary>
    public async ValueTask<bool> GiveAsync(QueueEvent told)
    {
        while (true)
        {
            Task room;
            lock (_gate)
            {
                if (_hasEnded) return false;
                if (_count < MostWaiting && _bytes < MostBytes)
                {
                    Add(told);
                    return true;
                }

                room = (_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            await room.ConfigureAwait(false);
        }
    }

    /// <summary>There will be no more events; those that wait may still be taken.</summary>
    public void End()
    {
        lock (_gate)
        {
            _hasEnded = true;
            _waiting.Writer.TryComplete();
            _room?.TrySetResult();
        }
    }

    public async IAsyncEnumerable<QueueEvent> TakeAllAsync([EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var told in _waiting.Reader.ReadAllAsync(ct).ConfigureAwait(false))
        {
            Remove(told);
            yield return told;
        }
    }

    /// <summary>What was not taken.</summary>
    public List<QueueEvent> TakeRest()
    {
        var rest = new List<QueueEvent>();
        while (_waiting.Reader.TryRead(out var told)) rest.Add(told);
        return rest;
    }

    private void Add(QueueEvent told)
    {
        (_count, _bytes) = (_count + 1, _bytes + told.Size);
        _waiting.Writer.TryWrite(told);
    }

    private void Remove(QueueEvent told)
    {
        lock (_gate)
        {
            (_count, _bytes) = (_count - 1, _bytes - told.Size);
            _room?.TrySetResult();
            _room = null;
        }
    }
}
