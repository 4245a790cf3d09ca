using System.Threading.Channels;

namespace WorkflowAspire.BullMQ;

/// <summary>One that listens: events wait here until it takes them. When many do, the reader waits too, and the stream keeps the rest.</summary>
internal sealed class EventListener
{
    private const int MostWaiting = 10_000;

    private readonly Channel<QueueEvent> _waiting = Channel.CreateBounded<QueueEvent>(MostWaiting);

    /// <param name="first">Events to take before those that are given.</param>
    public EventListener(IEnumerable<QueueEvent> first)
    {
        foreach (var told in first) _waiting.Writer.TryWrite(told);
    }

    /// <summary>Returns when the event is here, or (false) there is nobody to take it any more.</summary>
    public async ValueTask<bool> GiveAsync(QueueEvent told)
    {
        while (!_waiting.Writer.TryWrite(told))
        {
            if (!await _waiting.Writer.WaitToWriteAsync().ConfigureAwait(false)) return false;
        }

        return true;
    }

    /// <summary>There will be no more events; those that wait may still be taken.</summary>
    public void End() => _waiting.Writer.TryComplete();

    public IAsyncEnumerable<QueueEvent> TakeAllAsync(CancellationToken ct) => _waiting.Reader.ReadAllAsync(ct);

    /// <summary>What was not taken.</summary>
    public List<QueueEvent> TakeRest()
    {
        var rest = new List<QueueEvent>();
        while (_waiting.Reader.TryRead(out var told)) rest.Add(told);
        return rest;
    }
}
