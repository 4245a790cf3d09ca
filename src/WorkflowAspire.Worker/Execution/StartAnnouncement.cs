using Microsoft.Extensions.Options;
using WorkflowAspire.Workflows.Dispatch;

namespace WorkflowAspire.Worker.Execution;

/// <summary>Tells the log that the worker takes runs; registered after what does.</summary>
internal sealed partial class StartAnnouncement(IOptions<ExecutionOptions> options, ILogger<StartAnnouncement> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        Started(logger, ExecutionQueue.Name, options.Value.Concurrency, options.Value.Name, options.Value.Path);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(LogLevel.Information, "Worker started")]
    private static partial void Started(ILogger logger, string queue, int concurrency, string worker, ExecutionPath path);
}
