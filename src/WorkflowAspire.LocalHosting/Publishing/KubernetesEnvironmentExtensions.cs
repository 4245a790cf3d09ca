using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Kubernetes;

namespace Aspire.Hosting;

/// <summary>Adds Kubernetes as a place to publish to.</summary>
public static class KubernetesEnvironmentExtensions
{
    /// <summary>Adds Kubernetes as a place to publish to; while the application runs it is no part of it.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Its name.</param>
    public static IResourceBuilder<KubernetesEnvironmentResource> AddKubernetesEnvironment(this IDistributedApplicationBuilder builder, string name) =>
        builder.CreateResourceBuilder(new KubernetesEnvironmentResource(name));
}
