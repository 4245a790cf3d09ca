using Microsoft.Extensions.Hosting;

namespace WorkflowAspire.Workflows.Store;

/// <summary>Applies the migrations before any other hosted service starts.</summary>
internal sealed class SchemaMigrationService(SchemaMigration migration) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => migration.ApplyAsync(cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
