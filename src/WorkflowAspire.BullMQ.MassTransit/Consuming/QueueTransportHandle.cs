using MassTransit;
using MassTransit.Transports;

namespace WorkflowAspire.BullMQ.MassTransit.Consuming;

/// <summary>One run of an endpoint, from its start to its stop.</summary>
internal sealed class QueueTransportHandle : ReceiveTransportHandle, IDisposable
{
    private static readonly TimeSpan PauseAfterError = TimeSpan.FromSeconds(5);

    private readonly QueueEndpointContext _context;
    private readonly IQueueReceiver _receiver;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task<Func<Task>?> _starting;

    public QueueTransportHandle(QueueEndpointContext context, IQueueReceiver receiver)
    {
        (_context, _receiver) = (context, receiver);
        _starting = Task.Run(StartAsync);
    }

    public async Task Stop(CancellationToken cancellationToken = default)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (await _starting.ConfigureAwait(false) is { } stop) await stop().ConfigureAwait(false);
        await _context.TransportObservers.NotifyCompleted(_context.InputAddress, _receiver.Metrics).ConfigureAwait(false);
        Dispose();
    }

    public void Dispose() => _stopping.Dispose();

    private async Task<Func<Task>?> StartAsync()
    {
        LogContext.SetCurrentIfNull(_context.LogContext);
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await _context.DependenciesReady.WaitAsync(_stopping.Token).ConfigureAwait(false);
                return await StartReceiverAsync().ConfigureAwait(false);
            }
            catch (Exception error) when (!_stopping.IsCancellationRequested)
            {
                LogContext.Error?.Log(error, "The worker of {InputAddress} could not be started; it is tried again in {Pause}", _context.InputAddress, PauseAfterError);
                await _context.TransportObservers.NotifyFaulted(_context.InputAddress, error).ConfigureAwait(false);
                await Task.Delay(PauseAfterError, _receiver.Time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                // Stopped before it came to work.
            }
        }

        return null;
    }

    private async Task<Func<Task>> StartReceiverAsync()
    {
        // For the worker's jobs, which are logged in the category MassTransit.ReceiveTransport as every transport's messages are.
        LogContext.Current = _context.LogContext;
        return await _receiver.StartAsync(() => _context.TransportObservers.NotifyReady(_context.InputAddress), _stopping.Token).ConfigureAwait(false);
    }
}
