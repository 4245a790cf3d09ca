using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace WorkflowAspire.BullMQ;

/// <summary>One that listens: events wait here until it takes them. When many do, the reader waits too, and the stream keeps the rest.</summary>
internal sealed class EventListener(string? lastTaken)
{
    private const int MostWaiting = 10_000;

    private readonly Channel<QueueEvent> _waiting = Channel.CreateBounded<QueueEvent>(new BoundedChannelOptions(MostWaiting) { SingleReader = true, SingleWriter = true });

    /// <summary>The id of the last event that it took, or after which it began; null where that is not fixed yet.</summary>
    public string? LastTaken { get; private set; } = lastTaken;

    /// <summary>Returns when there is room for the event, or nobody to take it any more.</summary>
    public async ValueTask GiveAsync(QueueEvent told)
    {
        while (!_waiting.Writer.TryWrite(told))
        {
            if (!await _waiting.Writer.WaitToWriteAsync().ConfigureAwait(false)) return;
        }
    }

    /// <summary>There will be no more events; those that wait may still be taken.</summary>
    public void End() => _waiting.Writer.TryComplete();

    public async IAsyncEnumerable<QueueEvent> TakeAllAsync([EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var told in _waiting.Reader.ReadAllAsync(ct).ConfigureAwait(false))
        {
            LastTaken = told.Id;
            yield return told;
        }
    }
}
