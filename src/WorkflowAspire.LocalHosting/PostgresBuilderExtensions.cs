using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Adds PostgreSQL servers and databases.</summary>
public static class PostgresBuilderExtensions
{
    /// <summary>Adds a PostgreSQL server.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Its name.</param>
    /// <param name="userName">The user; <c>postgres</c> if none is given.</param>
    /// <param name="password">The password; one is generated and kept if none is given.</param>
    /// <param name="port">The port it is asked to listen on; any if none is given.</param>
    public static IResourceBuilder<PostgresServerResource> AddPostgres(
        this IDistributedApplicationBuilder builder, string name,
        IResourceBuilder<ParameterResource>? userName = null, IResourceBuilder<ParameterResource>? password = null, int? port = null) =>
        builder.AddResource(new PostgresServerResource(
                name, userName?.Resource, password?.Resource ?? ParameterResource.WithDefault(builder.Configuration, $"{name}-password", new GenerateParameterDefault(), secret: true)))
            .WithAnnotation(new EndpointAnnotation(ProtocolType.Tcp, name: "tcp", port: port));

    /// <summary>Adds a database to the server; it is created if it is missing.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="name">The resource's name, and that of its connection string.</param>
    /// <param name="databaseName">The name inside the server; the resource's name if none is given.</param>
    public static IResourceBuilder<PostgresDatabaseResource> AddDatabase(
        this IResourceBuilder<PostgresServerResource> builder, string name, string? databaseName = null)
    {
        var database = new PostgresDatabaseResource(name, databaseName ?? name, builder.Resource);
        builder.Resource.AddDatabase(database);
        return builder.ApplicationBuilder.AddResource(database);
    }

    /// <summary>Asks for a port.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="port">The port; null for any.</param>
    public static IResourceBuilder<PostgresServerResource> WithHostPort(this IResourceBuilder<PostgresServerResource> builder, int? port) =>
        builder.WithEndpoint("tcp", endpoint => endpoint.Port = port);

    /// <summary>Keeps the data between runs.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="name">The container volume's name; the local backend keeps data in its data folder.</param>
    /// <param name="isReadOnly">Whether the container may write to it.</param>
    public static IResourceBuilder<PostgresServerResource> WithDataVolume(
        this IResourceBuilder<PostgresServerResource> builder, string? name = null, bool isReadOnly = false) =>
        builder.WithAnnotation(new KeepDataAnnotation(), ResourceAnnotationMutationBehavior.Replace);
}
