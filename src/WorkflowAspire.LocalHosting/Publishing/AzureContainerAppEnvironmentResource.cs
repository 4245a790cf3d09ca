using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Azure.AppContainers;

/// <summary>An Azure Container Apps environment that the application is published to.</summary>
public class AzureContainerAppEnvironmentResource : Resource
{
    internal AzureContainerAppEnvironmentResource(string name) : base(name)
    {
    }
}
