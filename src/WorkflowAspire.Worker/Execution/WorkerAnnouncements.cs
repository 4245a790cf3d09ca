using Microsoft.Extensions.Options;
using WorkflowAspire.Workflows.Dispatch;

namespace WorkflowAspire.Worker.Execution;

/// <summary>Tells the log of the worker's start and stop, whatever takes the runs; registered after what does.</summary>
internal sealed partial class WorkerAnnouncements(IOptions<ExecutionOptions> options, ILogger<WorkerAnnouncements> logger) : IHostedLifecycleService
{
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        Started(logger, ExecutionQueue.Name, options.Value.Concurrency, options.Value.Name, options.Value.Path);
        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        Stopping(logger, ExecutionQueue.Name, options.Value.StopTimeout.TotalSeconds, options.Value.Name);
        return Task.CompletedTask;
    }

    // After all that stops early: what takes the runs.
    public Task StopAsync(CancellationToken cancellationToken)
    {
        Stopped(logger, ExecutionQueue.Name, options.Value.Name);
        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(LogLevel.Information, "Worker started")]
    private static partial void Started(ILogger logger, string queue, int concurrency, string worker, ExecutionPath path);

    [LoggerMessage(LogLevel.Information, "Worker stopping")]
    private static partial void Stopping(ILogger logger, string queue, double timeoutSeconds, string worker);

    [LoggerMessage(LogLevel.Information, "Worker stopped")]
    private static partial void Stopped(ILogger logger, string queue, string worker);
}
