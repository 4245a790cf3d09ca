using MassTransit;
using Microsoft.Extensions.Options;
using WorkflowAspire.Worker.Execution;
using WorkflowAspire.Workflows.Dispatch;

namespace WorkflowAspire.Worker.Consuming;

/// <summary>
/// The bus whose consumer executes runs, as long as the host runs. A Redis that is not there yet is waited for in the background. It stops
/// before all else does, as <see cref="ExecutionWorker"/>: MassTransit's own hosted service stops after HTTP, and not at all while the bus starts.
/// </summary>
internal sealed partial class ConsumingBus(IBusControl bus, IOptions<ExecutionOptions> options, TimeProvider time, ILogger<ConsumingBus> logger)
    : IHostedLifecycleService, IAsyncDisposable
{
    private static readonly TimeSpan StartGrace = TimeSpan.FromSeconds(3);

    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;
    private Task? _stopped;

    /// <summary>Whether runs are taken, or will be once Redis is there.</summary>
    public bool IsRunning => !_running.IsFaulted && _stopped is null;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _running = StartBusAsync();
        return _running.IsFaulted ? _running : Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => StopOnceAsync();

    // Already done, unless the host was never told to stop.
    public Task StopAsync(CancellationToken cancellationToken) => StopOnceAsync();

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await StopOnceAsync();
        _stopping.Dispose();
    }

    private async Task StartBusAsync()
    {
        try
        {
            // A token of its own: without one MassTransit gives up after a minute.
            await bus.StartAsync(_stopping.Token);
        }
        catch (Exception error) when (!_stopping.IsCancellationRequested)
        {
            NotStarted(logger, error, ExecutionQueue.Name);
            throw;
        }
    }

    private Task StopOnceAsync() => _stopped ??= StopBusAsync();

    private async Task StopBusAsync()
    {
        if (!await EndsWithinAsync(StartGrace))
        {
            // Redis isn't there. MassTransit stops a bus whose start is cancelled, and then waits for its endpoints to be ready, which may be never.
            await _stopping.CancelAsync();
            await EndsWithinAsync(options.Value.StopTimeout + StartGrace);
        }

        if (_running.IsCompletedSuccessfully) await bus.StopAsync(CancellationToken.None);
    }

    private async Task<bool> EndsWithinAsync(TimeSpan limit)
    {
        await _running.WaitAsync(limit, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return _running.IsCompleted;
    }

    [LoggerMessage(LogLevel.Critical, "The bus could not be started, so no runs are taken; start the worker again once the cause is gone")]
    private static partial void NotStarted(ILogger logger, Exception exception, string queue);
}
