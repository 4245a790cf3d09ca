using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using WorkflowAspire.Hosting.Choices;
using WorkflowAspire.Hosting.Data;
using WorkflowAspire.Hosting.Stopping;

namespace Aspire.Hosting;

/// <summary>Adds a Redis that needs no container engine.</summary>
public static class RedisStoreBuilderExtensions
{
    /// <summary>
    /// Adds a Redis: the connection string that is given, else a container, an installed <c>redis-server</c> or <c>valkey-server</c>, or Garnet.
    /// <c>Local:Redis</c> (auto, container, server, garnet) forces one. Published, it is a container with a volume, snapshots and a password.
    /// </summary>
    /// <typeparam name="TGarnet">The project that runs Microsoft Garnet.</typeparam>
    /// <param name="builder">The application.</param>
    /// <param name="name">The resource's name, and that of its connection string.</param>
    /// <param name="port">The port on the loopback interface while it is free, else the next free one; null for any.</param>
    /// <remarks>While it runs here it has no password and no TLS, so that <c>redis-cli</c> and other clients on the machine reach it.</remarks>
    /// <exception cref="DistributedApplicationException">What is forced can't be had here, or the data folder can't be used.</exception>
    public static IResourceBuilder<IResourceWithConnectionString> AddRedisStore<TGarnet>(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, int? port = null)
        where TGarnet : IProjectMetadata, new()
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!builder.ExecutionContext.IsRunMode) return builder.AddContainer(name, port: null);

        var choice = RedisChoice.Make(builder.Configuration, name);
        IResourceBuilder<IResourceWithConnectionString> redis = choice switch
        {
            RedisChoice.Given given => builder.AddGivenRedis(name, given).WithChoice(choice),
            RedisChoice.Container => builder.AddContainer(name, port).WithPassword(null).WithoutHttpsCertificate().WithChoice(choice),
            RedisChoice.Server server => builder.AddServer(name, server, port).WithChoice(choice),
            RedisChoice.Garnet => builder.AddGarnet<TGarnet>(name, port).WithChoice(choice),
            _ => throw new InvalidOperationException($"There is no such choice: {choice}."),
        };
        return redis.StopsAfterItsUsers();
    }

    private static IResourceBuilder<RedisResource> AddContainer(this IDistributedApplicationBuilder builder, string name, int? port) => builder
        .AddRedis(name, port is { } wanted ? builder.Ports(name).From(wanted) : null)
        .WithDataVolume(builder.VolumeName(name))
        .WithPersistence();

    private static IResourceBuilder<ConnectionStringResource> AddGivenRedis(this IDistributedApplicationBuilder builder, string name, RedisChoice.Given given)
    {
        builder.Services.AddHealthChecks().AddRedis(given.ConnectionString, Check(name));
        return builder.AddConnectionString(name, ReferenceExpression.Create($"{given.ConnectionString}")).WithIconName("Database").WithHealthCheck(Check(name));
    }

    private static IResourceBuilder<RedisServerResource> AddServer(this IDistributedApplicationBuilder builder, string name, RedisChoice.Server server, int? wanted)
    {
        var folder = builder.DataFolder().Folder(name);
        LeftServer.WaitUntilGone(name, Path.Combine(folder, "redis.pid"));
        var port = builder.Ports(name).Near(wanted);
        return builder.AddResource(new RedisServerResource(name, server.Program, folder))
            .WithArgs(
                "--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", folder, "--pidfile", Path.Combine(folder, "redis.pid"),
                "--appendonly", "yes", "--save", "", "--daemonize", "no", "--loglevel", "warning")
            .WithStorePort(port)
            .WithRedisHealthCheck();
    }

    private static IResourceBuilder<GarnetResource> AddGarnet<TGarnet>(this IDistributedApplicationBuilder builder, string name, int? wanted)
        where TGarnet : IProjectMetadata, new()
    {
        var folder = builder.DataFolder().Folder(name);
        var port = builder.Ports(name).Near(wanted);
        return builder.AddResource(new GarnetResource(name))
            .WithAnnotation(new TGarnet())
            .WithArgs(port.ToString(CultureInfo.InvariantCulture), folder)
            .WithStorePort(port)
            .WithRedisHealthCheck();
    }

    private static IResourceBuilder<T> WithRedisHealthCheck<T>(this IResourceBuilder<T> builder)
        where T : IResourceWithConnectionString
    {
        var (resource, check) = (builder.Resource, Check(builder.Resource.Name));
        string? connectionString = null;
        builder.ApplicationBuilder.Services.AddHealthChecks()
            .AddRedis(_ => connectionString ?? throw new InvalidOperationException($"'{resource.Name}' has no port yet."), check);
        return builder
            .OnConnectionStringAvailable(async (_, _, ct) => connectionString = await resource.GetConnectionStringAsync(ct).ConfigureAwait(false))
            .WithIconName("Database")
            .WithHealthCheck(check);
    }

    private static string Check(string name) => $"{name}_check";
}
