using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using WorkflowAspire.Hosting.Choices;
using WorkflowAspire.Hosting.Data;
using WorkflowAspire.Hosting.Postgres;
using WorkflowAspire.Hosting.Stopping;

namespace Aspire.Hosting;

/// <summary>Adds a database that needs no container engine.</summary>
public static class DatabaseStoreBuilderExtensions
{
    /// <summary>
    /// Adds a PostgreSQL server and a database in it: the connection string that is given, else a container, an installed PostgreSQL with a private
    /// cluster, or a SQLite file. <c>Local:Database</c> (auto, container, postgres, sqlite) forces one. Published, it is a container with a volume
    /// and a password.
    /// </summary>
    /// <param name="builder">The application.</param>
    /// <param name="serverName">The name of the server's resource; there is none for a connection string or a SQLite file.</param>
    /// <param name="name">The name of the database, of its resource and of its connection string.</param>
    /// <remarks>
    /// The password is the parameter <c>{serverName}-password</c>. If it isn't set, one is made up: a private cluster keeps it in a file that only its
    /// owner can read, a container's is kept in the user secrets. PostgreSQL never runs as root.
    /// </remarks>
    /// <exception cref="DistributedApplicationException">What is forced can't be had here, or the data folder can't be used.</exception>
    public static IResourceBuilder<IResourceWithConnectionString> AddDatabaseStore(
        this IDistributedApplicationBuilder builder, [ResourceName] string serverName, [ResourceName] string name)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(serverName);
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!builder.ExecutionContext.IsRunMode) return builder.AddContainer(serverName).AddDatabase(name);

        var choice = DatabaseChoice.Make(builder.Configuration, serverName, name, builder.DataFolder);
        IResourceBuilder<IResourceWithConnectionString> database = choice switch
        {
            DatabaseChoice.Given given => builder.AddGivenDatabase(name, given).WithChoice(choice),
            DatabaseChoice.Container => builder.AddContainer(serverName).WithChoice(choice).AddDatabase(name),
            DatabaseChoice.Postgres postgres => builder.AddCluster(serverName, postgres.Cluster).WithChoice(choice).AddClusterDatabase(name),
            DatabaseChoice.Sqlite sqlite => builder.AddConnectionString(name, ReferenceExpression.Create($"Data Source={sqlite.File}"))
                .WithIconName("Database").WithChoice(choice),
            _ => throw new InvalidOperationException($"There is no such choice: {choice}."),
        };
        return database.StopsAfterItsUsers();
    }

    private static IResourceBuilder<PostgresServerResource> AddContainer(this IDistributedApplicationBuilder builder, string name) => builder
        .AddPostgres(name, password: builder.AddParameter(
            $"{name}-password", new GenerateParameterDefault { MinLength = 24, Special = false }, secret: true, persist: true))
        .WithDataVolume(builder.VolumeName(name));

    private static IResourceBuilder<ConnectionStringResource> AddGivenDatabase(this IDistributedApplicationBuilder builder, string name, DatabaseChoice.Given given)
    {
        var database = builder.AddConnectionString(name, ReferenceExpression.Create($"{given.ConnectionString}")).WithIconName("Database");
        if (given.IsSqlite) return database;
        builder.Services.AddHealthChecks().AddNpgSql(given.ConnectionString, name: Check(name));
        return database.WithHealthCheck(Check(name));
    }

    private static IResourceBuilder<PostgresClusterResource> AddCluster(this IDistributedApplicationBuilder builder, string name, PostgresCluster cluster)
    {
        LeftServer.WaitUntilGone(name, cluster.PidFile);
        var port = Ports.Any();
        var password = builder.AddParameter($"{name}-password", cluster.Password, secret: true);
        var (program, arguments) = cluster.Command(port);
        var server = new PostgresClusterResource(name, program, PostgresCluster.UserName, password.Resource);
        return builder.AddResource(server)
            .WithArgs(arguments)
            .WithStorePort(port)
            .WithIconName("DatabaseMultiple")
            .WithDatabaseHealthCheck();
    }

    private static IResourceBuilder<ConnectionStringResource> AddClusterDatabase(this IResourceBuilder<PostgresClusterResource> server, string name)
    {
        server.OnResourceReady((resource, _, ct) => resource.CreateDatabaseAsync(name, ct));
        return server.ApplicationBuilder.AddConnectionString(name, server.Resource.To(name))
            .WithParentRelationship(server)
            .WithIconName("Database")
            .WithDatabaseHealthCheck();
    }

    private static IResourceBuilder<T> WithDatabaseHealthCheck<T>(this IResourceBuilder<T> builder)
        where T : IResourceWithConnectionString
    {
        var (resource, check) = (builder.Resource, Check(builder.Resource.Name));
        string? connectionString = null;
        builder.ApplicationBuilder.Services.AddHealthChecks()
            .AddNpgSql(_ => connectionString ?? throw new InvalidOperationException($"'{resource.Name}' has no port yet."), name: check);
        return builder
            .OnConnectionStringAvailable(async (_, _, ct) =>
            {
                var available = await resource.GetConnectionStringAsync(ct).ConfigureAwait(false);
                // A pooled connection would outlive the server and report its death late.
                connectionString = new NpgsqlConnectionStringBuilder(available) { Pooling = false, Timeout = 5 }.ConnectionString;
            })
            .WithHealthCheck(check);
    }

    private static string Check(string name) => $"{name}_check";
}
