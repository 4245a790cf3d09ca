using System.Threading.Channels;
using Aspire.Hosting.ApplicationModel;

namespace WorkflowAspire.LocalHosting.Output;

/// <summary>The latest lines of one resource, and who reads along.</summary>
internal sealed class ResourceLog
{
    private const int Kept = 10_000;

    private readonly Lock _gate = new();
    private readonly Queue<LogLine> _lines = new();
    private readonly List<Channel<LogLine>> _watchers = [];
    private int _count;
    private bool _isComplete;

    public LogLine Add(string content, bool isError)
    {
        lock (_gate)
        {
            var line = new LogLine(++_count, content, isError);
            _lines.Enqueue(line);
            if (_lines.Count > Kept) _lines.Dequeue();
            foreach (var watcher in _watchers) watcher.Writer.TryWrite(line);
            return line;
        }
    }

    public void Complete()
    {
        lock (_gate)
        {
            _isComplete = true;
            foreach (var watcher in _watchers) watcher.Writer.TryComplete();
        }
    }

    public async IAsyncEnumerable<IReadOnlyList<LogLine>> GetAllAsync()
    {
        await Task.CompletedTask.ConfigureAwait(false);
        IReadOnlyList<LogLine> lines;
        lock (_gate) lines = [.. _lines];
        if (lines.Count > 0) yield return lines;
    }

    public async IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct = default)
    {
        var channel = Channel.CreateUnbounded<LogLine>();
        lock (_gate)
        {
            foreach (var line in _lines) channel.Writer.TryWrite(line);
            if (_isComplete) channel.Writer.TryComplete();
            _watchers.Add(channel);
        }

        try
        {
            while (await channel.Reader.WaitToReadAsync(ct).ConfigureAwait(false))
            {
                var batch = new List<LogLine>();
                while (channel.Reader.TryRead(out var line)) batch.Add(line);
                yield return batch;
            }
        }
        finally
        {
            lock (_gate) _watchers.Remove(channel);
        }
    }
}
