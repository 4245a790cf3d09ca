namespace Aspire.Hosting.ApplicationModel;

/// <summary>A Redis or Valkey that is installed on this machine.</summary>
/// <param name="name">The resource's name.</param>
/// <param name="program">The server's program.</param>
/// <param name="folder">Where it keeps its data.</param>
public sealed class RedisServerResource(string name, string program, string folder) : ExecutableResource(name, program, folder), IResourceWithConnectionString
{
    /// <summary>Where it listens.</summary>
    public EndpointReference PrimaryEndpoint => field ??= new(this, "tcp");

    /// <summary><c>host:port</c>.</summary>
    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create($"{PrimaryEndpoint.Property(EndpointProperty.HostAndPort)}");
}
