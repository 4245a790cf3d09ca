using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Adds Redis servers.</summary>
public static class RedisBuilderExtensions
{
    /// <summary>Adds a Redis server.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Its name, and that of its connection string.</param>
    /// <param name="port">The port it is asked to listen on; the next free one if that is in use.</param>
    public static IResourceBuilder<RedisResource> AddRedis(this IDistributedApplicationBuilder builder, string name, int? port) =>
        builder.AddRedis(name, port, password: null);

    /// <summary>Adds a Redis server.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Its name, and that of its connection string.</param>
    /// <param name="port">The port it is asked to listen on; the next free one if that is in use.</param>
    /// <param name="password">Its password; the local backend's server has none and listens on the loopback interface only.</param>
    public static IResourceBuilder<RedisResource> AddRedis(
        this IDistributedApplicationBuilder builder, string name, int? port = null, IResourceBuilder<ParameterResource>? password = null) =>
        builder.AddResource(new RedisResource(name))
            .WithPassword(password)
            .WithAnnotation(new EndpointAnnotation(ProtocolType.Tcp, name: "tcp", port: port));

    /// <summary>Gives the server a password, or none.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="password">The password; null for none.</param>
    public static IResourceBuilder<RedisResource> WithPassword(this IResourceBuilder<RedisResource> builder, IResourceBuilder<ParameterResource>? password)
    {
        builder.Resource.PasswordParameter = password?.Resource;
        return builder;
    }

    /// <summary>Asks for a port.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="port">The port; null for any.</param>
    public static IResourceBuilder<RedisResource> WithHostPort(this IResourceBuilder<RedisResource> builder, int? port) =>
        builder.WithEndpoint("tcp", endpoint => endpoint.Port = port);

    /// <summary>Keeps the data between runs.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="name">The container volume's name; the local backend keeps data in its data folder.</param>
    /// <param name="isReadOnly">Whether the container may write to it.</param>
    public static IResourceBuilder<RedisResource> WithDataVolume(this IResourceBuilder<RedisResource> builder, string? name = null, bool isReadOnly = false) =>
        builder.WithAnnotation(new KeepDataAnnotation(), ResourceAnnotationMutationBehavior.Replace);

    /// <summary>Keeps the data when the server ends; the local backend's server appends every write to a file.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="interval">How often a container takes a snapshot.</param>
    /// <param name="keysChangedThreshold">How many changes make a snapshot worth it.</param>
    public static IResourceBuilder<RedisResource> WithPersistence(this IResourceBuilder<RedisResource> builder, TimeSpan? interval = null, long keysChangedThreshold = 1) =>
        builder.WithAnnotation(new KeepDataAnnotation(), ResourceAnnotationMutationBehavior.Replace);
}
