using WorkflowAspire.Workflows.Catalog;

namespace WorkflowAspire.Worker.Execution;

/// <summary>Publishes what this worker can run, before it takes its first run.</summary>
internal sealed class WorkflowPublication(WorkflowDirectory directory) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => directory.PublishAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
