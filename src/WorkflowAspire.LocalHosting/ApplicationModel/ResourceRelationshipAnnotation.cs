namespace Aspire.Hosting.ApplicationModel;

/// <summary>The resource has to do with another.</summary>
/// <param name="resource">The other.</param>
/// <param name="type">In which way, such as <c>Reference</c>.</param>
public sealed class ResourceRelationshipAnnotation(IResource resource, string type) : IResourceAnnotation
{
    /// <summary>The other.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>In which way.</summary>
    public string Type { get; } = type;
}

/// <summary>How many processes of a project run.</summary>
/// <param name="replicas">The number.</param>
public sealed class ReplicaAnnotation(int replicas = 1) : IResourceAnnotation
{
    /// <summary>The number.</summary>
    public int Replicas { get; } = replicas;
}

/// <summary>What survives the end of the application.</summary>
internal sealed record KeepDataAnnotation : IResourceAnnotation;

/// <summary>Healthy means: this path of that endpoint answers with this status.</summary>
internal sealed record HttpHealthAnnotation(Func<EndpointReference> Endpoint, string Path, int StatusCode) : IResourceAnnotation;
