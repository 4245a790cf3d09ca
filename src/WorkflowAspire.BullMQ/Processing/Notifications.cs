using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace WorkflowAspire.BullMQ.Processing;

/// <summary>Tells the program what the worker does, one event after the other, on a task that begins with the first one somebody listens to.</summary>
internal sealed partial class Notifications(WorkerOptions options, string queueName, ILogger logger)
{
    private readonly Lock _gate = new();
    private Channel<(string Event, Func<Task> Tell)>? _events;
    private Task _telling = Task.CompletedTask;
    private bool _isOver;

    public bool HearsCompleted => options.OnCompleted is not null;

    public void Completed(Job job, ReadOnlyMemory<byte> returnValue)
    {
        if (options.OnCompleted is { } listener) Enqueue(nameof(options.OnCompleted), () => listener(new JobCompletion(job, returnValue)));
    }

    public void Stalled(string jobId)
    {
        if (options.OnStalled is { } listener) Enqueue(nameof(options.OnStalled), () => listener(jobId));
    }

    public void Error(Exception error)
    {
        if (options.OnError is { } listener) Enqueue(nameof(options.OnError), () => listener(error));
    }

    public void LockRenewalFailed(IReadOnlyList<string> jobIds)
    {
        if (options.OnLockRenewalFailed is { } listener) Enqueue(nameof(options.OnLockRenewalFailed), () => listener(jobIds));
    }

    public void LocksRenewed(Func<IReadOnlyList<string>> jobIds)
    {
        if (options.OnLocksRenewed is not { } listener) return;
        var ids = jobIds();
        if (ids.Count > 0) Enqueue(nameof(options.OnLocksRenewed), () => listener(ids));
    }

    public void Progress(Job job, JobProgress progress)
    {
        if (options.OnProgress is { } listener) Enqueue(nameof(options.OnProgress), () => listener(job, progress));
    }

    public void Drained() => Enqueue(nameof(options.OnDrained), options.OnDrained);

    public void Ready() => Enqueue(nameof(options.OnReady), options.OnReady);

    public void Paused() => Enqueue(nameof(options.OnPaused), options.OnPaused);

    public void Resumed() => Enqueue(nameof(options.OnResumed), options.OnResumed);

    public void Closing() => Enqueue(nameof(options.OnClosing), options.OnClosing);

    /// <summary>Tells that the worker is closed, and returns when everything was told. Later events are nobody's.</summary>
    public Task ClosedAsync()
    {
        Enqueue(nameof(options.OnClosed), options.OnClosed);
        lock (_gate)
        {
            _isOver = true;
            _events?.Writer.TryComplete();
            return _telling;
        }
    }

    /// <summary>Awaits one listener at once, for what belongs to the processing of a job.</summary>
    public async Task TellAsync<T>(string name, Func<T, Task> listener, T what)
    {
        try
        {
            await listener(what).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            ListenerFailed(logger, error, name, queueName);
        }
    }

    private void Enqueue(string name, Func<Task>? listener)
    {
        if (listener is null) return;
        lock (_gate)
        {
            if (_isOver) return;
            if (_events is null)
            {
                var events = _events = Channel.CreateUnbounded<(string, Func<Task>)>(new UnboundedChannelOptions { SingleReader = true });
                _telling = Task.Run(() => TellAllAsync(events.Reader));
            }

            _events.Writer.TryWrite((name, listener));
        }
    }

    private async Task TellAllAsync(ChannelReader<(string Event, Func<Task> Tell)> events)
    {
        await foreach (var (name, tell) in events.ReadAllAsync().ConfigureAwait(false))
            await TellAsync(name, static tell => tell(), tell).ConfigureAwait(false);
    }

    [LoggerMessage(LogLevel.Error, "{listener} of the worker of queue {queue} threw; what it was told of stands")]
    private static partial void ListenerFailed(ILogger logger, Exception exception, string listener, string queue);
}
