using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Azure.AppContainers;

namespace Aspire.Hosting;

/// <summary>Adds Azure Container Apps as a place to publish to.</summary>
public static class AzureContainerAppExtensions
{
    /// <summary>Adds Azure Container Apps as a place to publish to; while the application runs it is no part of it.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Its name.</param>
    public static IResourceBuilder<AzureContainerAppEnvironmentResource> AddAzureContainerAppEnvironment(this IDistributedApplicationBuilder builder, string name) =>
        builder.CreateResourceBuilder(new AzureContainerAppEnvironmentResource(name));
}
