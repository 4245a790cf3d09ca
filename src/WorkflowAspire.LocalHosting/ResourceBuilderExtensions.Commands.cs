using System.Diagnostics.CodeAnalysis;
using Aspire.Hosting.ApplicationModel;
using WorkflowAspire.LocalHosting.Commands;

namespace Aspire.Hosting;

/// <content>Commands, and what concerns containers only.</content>
public static partial class ResourceBuilderExtensions
{
    /// <summary>Adds a command that is an HTTP request to the resource.</summary>
    /// <typeparam name="TResource">The resource's type.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="path">The request's path.</param>
    /// <param name="displayName">How the command is shown.</param>
    /// <param name="endpointName">The endpoint; the first that speaks HTTP if none is given.</param>
    /// <param name="commandName">The name by which it is executed; one is made of the request if none is given.</param>
    /// <param name="commandOptions">How the request is sent and shown.</param>
    /// <exception cref="DistributedApplicationException">The resource has no such endpoint, or it doesn't speak HTTP.</exception>
    public static IResourceBuilder<TResource> WithHttpCommand<TResource>(
        this IResourceBuilder<TResource> builder, string path, string displayName,
        string? endpointName = null, string? commandName = null, HttpCommandOptions? commandOptions = null)
        where TResource : IResourceWithEndpoints
    {
        var resource = builder.Resource;
        var endpoint = Endpoints(resource).FirstOrDefault(e => endpointName is null ? e.UriScheme is "http" or "https" : string.Equals(e.Name, endpointName, StringComparison.OrdinalIgnoreCase));
        if (endpoint?.UriScheme is not ("http" or "https"))
            throw new DistributedApplicationException($"'{displayName}' is an HTTP command and '{resource.Name}' has no HTTP endpoint{(endpointName is null ? "" : $" '{endpointName}'")}; add one with WithHttpEndpoint() or an applicationUrl in its launchSettings.json.");
        var options = commandOptions ?? new HttpCommandOptions();
        var name = commandName ?? $"{resource.Name}-{endpoint.Name}-http-{(options.Method ?? HttpMethod.Post).Method.ToLowerInvariant()}-{path}";
        return builder.WithAnnotation(new HttpCommand(name, displayName, path, new EndpointReference(resource, endpoint), options));
    }

    /// <summary>Leaves TLS out, also where the machine has a developer certificate that a container could use; the local backend has none.</summary>
    /// <typeparam name="TResource">The resource's type.</typeparam>
    /// <param name="builder">The resource.</param>
    [Experimental("ASPIRECERTIFICATES001")]
    public static IResourceBuilder<TResource> WithoutHttpsCertificate<TResource>(this IResourceBuilder<TResource> builder)
        where TResource : IResourceWithEnvironment, IResourceWithArgs => builder;
}
