using Aspire.Hosting.ApplicationModel;
using WorkflowAspire.Hosting.Choices;

namespace Aspire.Hosting;

/// <summary>Gives endpoints ports that people can remember.</summary>
public static class EndpointBuilderExtensions
{
    /// <summary>Asks for a port while the application runs here: the next free one is taken, and said, where it is in use.</summary>
    /// <typeparam name="T">The resource's type.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="endpointName">The endpoint's name, for example <c>http</c>.</param>
    /// <param name="port">The port; from 1 to 65535.</param>
    /// <exception cref="DistributedApplicationException">No port from it to 65535 is free.</exception>
    public static IResourceBuilder<T> WithPortNear<T>(this IResourceBuilder<T> builder, [EndpointName] string endpointName, int port)
        where T : IResourceWithEndpoints
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (!builder.ApplicationBuilder.ExecutionContext.IsRunMode) return builder;
        var near = builder.ApplicationBuilder.Ports(builder.Resource.Name).Near(port);
        return builder.WithEndpoint(endpointName, endpoint => endpoint.Port = near);
    }

    /// <summary>Says where a store's own process listens: on the loopback interface, without a proxy.</summary>
    internal static IResourceBuilder<T> WithStorePort<T>(this IResourceBuilder<T> builder, int port)
        where T : IResourceWithEndpoints => builder.WithEndpoint("tcp", endpoint =>
        {
            endpoint.Port = port;
            endpoint.TargetPort = port;
            endpoint.TargetHost = "127.0.0.1";
            endpoint.IsProxied = false;
        });
}
