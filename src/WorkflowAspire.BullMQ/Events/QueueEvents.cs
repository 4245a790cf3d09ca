using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;
using WorkflowAspire.BullMQ.Processing;

namespace WorkflowAspire.BullMQ;

/// <summary>
/// Tells what happens in a queue, whoever does it: this process, another, or Node's package. Events come from the queue's
/// stream, in their order, by <see cref="ReadAllAsync"/> or to the handlers of <see cref="On{TEvent}(Func{TEvent, Task})"/>.
/// </summary>
/// <remarks>
/// <para>
/// The place in the stream is fixed by <see cref="StartAsync"/>, and events are read while somebody listens: the first to
/// listen hears all since the start, whoever joins hears what is read from then on. After an outage reading goes on where it
/// stopped: no event is lost and none comes twice.
/// </para>
/// <para>
/// A queue keeps about its newest 10,000 events (its <c>meta</c> field <c>opts.maxLenEvents</c>). Where a reader was away for
/// longer than those last, it goes on with the oldest one there is, and a warning in the log says so.
/// </para>
/// <para>
/// Listeners have room for 10,000 events each, 64 MB together. Where one is that far behind, reading waits for it.
/// </para>
/// </remarks>
public sealed partial class QueueEvents : IAsyncDisposable
{
    private static readonly TimeSpan PauseAfterError = TimeSpan.FromSeconds(1);

    private readonly IConnectionMultiplexer _redis;
    private readonly QueueEventsOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Outage _outage;
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _gate = new();
    private Task? _started;
    private Task? _loop;
    private Task? _closed;
    private EventStream? _stream;

    /// <summary>Prepares to listen; <see cref="StartAsync"/> fixes where to begin.</summary>
    /// <param name="queueName">The queue.</param>
    /// <param name="redis">The connection whose configuration is used; the events are read on one of their own.</param>
    /// <param name="options">Prefix, where to begin and so on; null for BullMQ's defaults.</param>
    /// <param name="logger">Where outages, gaps and handlers that throw are told; null for nowhere.</param>
    /// <param name="timeProvider">The clock; null for the system's.</param>
    /// <exception cref="ArgumentException">The queue's name or an option is not valid; the message names it.</exception>
    public QueueEvents(
        string queueName, IConnectionMultiplexer redis, QueueEventsOptions? options = null, ILogger<QueueEvents>? logger = null, TimeProvider? timeProvider = null)
    {
        QueueKeys.Validate(queueName, nameof(queueName));
        ArgumentNullException.ThrowIfNull(redis);
        (_redis, _options, _time) = (redis, options ?? new QueueEventsOptions(), timeProvider ?? TimeProvider.System);
        _options.Validate();
        _logger = logger ?? NullLogger<QueueEvents>.Instance;
        QueueName = queueName;
        Keys = new QueueKeys(_options.Prefix, queueName);
        _outage = new Outage(_logger, queueName);
    }

    /// <summary>The queue.</summary>
    public string QueueName { get; }

    /// <summary>The id of the last event that was read, or after which reading begins; null before the start.</summary>
    /// <remarks>Listeners may not have taken it yet. To go on later or elsewhere, keep the id of the last event that was dealt with.</remarks>
    public string? LastEventId
    {
        get { lock (_gate) return _lastId; }
    }

    internal QueueKeys Keys { get; }

    /// <summary>Opens the connection and fixes the place in the stream; what happens after that is heard. May be called again. A Redis that is not there yet is waited for.</summary>
    /// <exception cref="NotSupportedException">The server has no streams, as Garnet; the queue works there without events.</exception>
    /// <exception cref="RedisServerException">Redis refuses to read the stream.</exception>
    /// <exception cref="ObjectDisposedException">It was closed.</exception>
    public Task StartAsync(CancellationToken ct = default)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed is not null, this);
            return (_started ??= Task.Run(BeginAsync, CancellationToken.None)).WaitAsync(ct);
        }
    }

    /// <summary>All events from now on, or since the start for the first who listens; starts the reading where it was not. Ends when this is closed.</summary>
    /// <remarks>A lone reader that leaves and comes back goes on after the last event it took.</remarks>
    /// <param name="ct">Ends the enumeration with <see cref="OperationCanceledException"/>.</param>
    /// <inheritdoc cref="StartAsync"/>
    public async IAsyncEnumerable<QueueEvent> ReadAllAsync([EnumeratorCancellation] CancellationToken ct = default)
    {
        await StartAsync(ct).ConfigureAwait(false);
        var listener = Join();
        try
        {
            await foreach (var told in listener.TakeAllAsync(ct).ConfigureAwait(false)) yield return told;
        }
        finally
        {
            Leave(listener);
        }
    }

    /// <summary>Calls a handler for each event of a type, one after the other in their order, once <see cref="StartAsync"/> was called. What it throws is logged and changes nothing.</summary>
    /// <typeparam name="TEvent">The type, for example <see cref="CompletedEvent"/>; <see cref="QueueEvent"/> for all events.</typeparam>
    /// <param name="handler">What to do; while it runs, later events wait.</param>
    /// <returns>Disposed, it ends the calls.</returns>
    public IDisposable On<TEvent>(Func<TEvent, Task> handler)
        where TEvent : QueueEvent
    {
        ArgumentNullException.ThrowIfNull(handler);
        var listener = Join();
        _ = Task.Run(() => HandleAsync(listener, handler));
        return new Subscription(() => Leave(listener));
    }

    /// <inheritdoc cref="On{TEvent}(Func{TEvent, Task})"/>
    public IDisposable On<TEvent>(Action<TEvent> handler)
        where TEvent : QueueEvent
    {
        ArgumentNullException.ThrowIfNull(handler);
        return On<TEvent>(told =>
        {
            handler(told);
            return Task.CompletedTask;
        });
    }

    /// <summary>Stops reading and closes the connection. Events that were read already still reach their listeners.</summary>
    public Task CloseAsync()
    {
        lock (_gate) return _closed ??= CloseOnceAsync();
    }

    /// <inheritdoc cref="CloseAsync"/>
    public ValueTask DisposeAsync() => new(CloseAsync());

    private async Task CloseOnceAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        if (_stream is { } waiting) await waiting.DisposeAsync().ConfigureAwait(false);
        // What it throws was told to whoever started.
        if (_started is { } started) await started.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_stream is { } stream) await stream.DisposeAsync().ConfigureAwait(false);
        // The loop may be waiting for one of them to take something.
        EndListeners();
        if (_loop is { } loop) await loop.ConfigureAwait(false);
    }

    private async Task BeginAsync()
    {
        _stream = await EventStream.ConnectAsync(Keys, _redis, _options).ConfigureAwait(false);
        while (true)
        {
            try
            {
                var end = await _stream.FindEndAsync().ConfigureAwait(false);
                _outage.Succeeded(this);
                BeginAt(_options.LastEventId == "$" ? end : _options.LastEventId);
                _loop = Task.Run(LoopAsync, CancellationToken.None);
                return;
            }
            catch (Exception error) when (Outage.IsConnectionError(error) && !_closing.IsCancellationRequested)
            {
                _outage.Failed(this, error);
                await Task.Delay(PauseAfterError, _time, _closing.Token).ConfigureAwait(false);
            }
        }
    }

    private async Task HandleAsync<TEvent>(EventListener listener, Func<TEvent, Task> handler)
        where TEvent : QueueEvent
    {
        await foreach (var told in listener.TakeAllAsync(CancellationToken.None).ConfigureAwait(false))
        {
            if (told is not TEvent wanted) continue;
            try
            {
                await handler(wanted).ConfigureAwait(false);
            }
            catch (Exception error)
            {
                HandlerFailed(_logger, error, told.Name, told.Id, QueueName);
            }
        }
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }

    [LoggerMessage(LogLevel.Error, "A handler threw for event {name} ({eventId}) of queue {queue}; the next events come all the same")]
    private static partial void HandlerFailed(ILogger logger, Exception exception, string name, string eventId, string queue);
}
