using Aspire.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace WorkflowAspire.Hosting.Data;

internal static class DataFolderExtensions
{
    /// <summary>The application's data folder: opened when it is first asked for, closed with the application.</summary>
    public static DataFolder DataFolder(this IDistributedApplicationBuilder builder)
    {
        if (builder.Services.FirstOrDefault(service => service.ServiceType == typeof(OpenDataFolder))?.ImplementationInstance is OpenDataFolder open) return open.Folder;
        var folder = Data.DataFolder.Open(builder.Configuration, builder.AppHostDirectory);
        builder.Services.AddSingleton(new OpenDataFolder(folder));
        // The container disposes of what it has made, so of a service and not of an instance.
        builder.Services.AddSingleton(_ => new DataFolderLifetime(folder));
        builder.Services.AddHostedService(services => services.GetRequiredService<DataFolderLifetime>());
        return folder;
    }

    private sealed record OpenDataFolder(DataFolder Folder);
}
