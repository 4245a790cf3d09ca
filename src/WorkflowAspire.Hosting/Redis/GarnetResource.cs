namespace Aspire.Hosting.ApplicationModel;

/// <summary>Microsoft Garnet as a project: a Redis for machines that have none.</summary>
/// <param name="name">The resource's name.</param>
public sealed class GarnetResource(string name) : ProjectResource(name), IResourceWithConnectionString
{
    /// <summary>Where it listens.</summary>
    public EndpointReference PrimaryEndpoint => field ??= new(this, "tcp");

    /// <summary><c>host:port</c>.</summary>
    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create($"{PrimaryEndpoint.Property(EndpointProperty.HostAndPort)}");
}
