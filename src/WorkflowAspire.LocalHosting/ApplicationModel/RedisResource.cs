using WorkflowAspire.LocalHosting.Choices;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A Redis server.</summary>
public class RedisResource : ContainerResource, IResourceWithConnectionString
{
    /// <summary>Names the server.</summary>
    /// <param name="name">Its name.</param>
    public RedisResource(string name) : base(name)
    {
        PrimaryEndpoint = new EndpointReference(this, "tcp");
        ConnectionStringExpression = ReferenceExpression.Create($"{LocalConnection}");
    }

    /// <summary>Where it listens.</summary>
    public EndpointReference PrimaryEndpoint { get; }

    /// <summary>The host it listens on.</summary>
    public EndpointReferenceExpression Host => PrimaryEndpoint.Property(EndpointProperty.Host);

    /// <summary>The port it listens on.</summary>
    public EndpointReferenceExpression Port => PrimaryEndpoint.Property(EndpointProperty.Port);

    /// <summary>The password; the local backend's server has none and listens on the loopback interface only.</summary>
    public ParameterResource? PasswordParameter { get; internal set; }

    /// <inheritdoc/>
    public ReferenceExpression ConnectionStringExpression { get; }

    internal ConnectionStringSource LocalConnection { get; } = new();
}
