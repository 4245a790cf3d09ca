using Microsoft.Extensions.Hosting;

namespace WorkflowAspire.Hosting.Data;

/// <summary>Closes the data folder when the application is disposed of: after all that uses it has stopped.</summary>
internal sealed class DataFolderLifetime(DataFolder folder) : IHostedService, IDisposable
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => folder.Dispose();
}
