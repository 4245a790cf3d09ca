using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using WorkflowAspire.Hosting.Data;

namespace WorkflowAspire.Hosting.Tests;

/// <summary>The two stores as an AppHost describes them, built and not started.</summary>
internal sealed class DescribedApplication(DistributedApplication application) : IDisposable
{
    public IEnumerable<IResource> Resources => application.Services.GetRequiredService<DistributedApplicationModel>().Resources;

    /// <exception cref="DistributedApplicationException">What the description itself refuses.</exception>
    public static DescribedApplication Of(string[] args)
    {
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { Args = args, DisableDashboard = true });
        builder.AddRedisStore<Projects.WorkflowAspire_Hosting_Garnet>("redis", 6379);
        builder.AddDatabaseStore("postgres", "workflow");
        var application = builder.Build();
        // A start would make it; it lets go of the folder with the application.
        _ = application.Services.GetService<DataFolderLifetime>();
        return new DescribedApplication(application);
    }

    public IResource Resource(string name) => Resources.Single(resource => resource.Name == name);

    public async Task<string?> ConnectionStringOf(string name) => await ((IResourceWithConnectionString)Resource(name)).GetConnectionStringAsync();

    /// <summary>What the dashboard shows of the choice.</summary>
    public string Said(string name)
    {
        var properties = Resource(name).Annotations.OfType<ResourceSnapshotAnnotation>().Last().InitialSnapshot.Properties;
        return $"{properties.Single(property => property.Name == "What it is").Value}: {properties.Single(property => property.Name == "Why").Value}";
    }

    public void Dispose() => application.Dispose();
}
