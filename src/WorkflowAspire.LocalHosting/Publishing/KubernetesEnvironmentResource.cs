using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Kubernetes;

/// <summary>A Kubernetes cluster that the application is published to.</summary>
public sealed class KubernetesEnvironmentResource : Resource
{
    internal KubernetesEnvironmentResource(string name) : base(name)
    {
    }
}
