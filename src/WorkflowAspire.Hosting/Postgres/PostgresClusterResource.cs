using Npgsql;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>An installed PostgreSQL on a private cluster.</summary>
/// <param name="name">The resource's name.</param>
/// <param name="program">The program that is started: the server, or what becomes the server's user first.</param>
/// <param name="userName">The user that owns the cluster.</param>
/// <param name="password">That user's password.</param>
public sealed class PostgresClusterResource(string name, string program, string userName, ParameterResource password)
    : ExecutableResource(name, program, Path.GetPathRoot(Environment.CurrentDirectory)!), IResourceWithConnectionString
{
    /// <summary>Where it listens.</summary>
    public EndpointReference PrimaryEndpoint => field ??= new(this, "tcp");

    /// <summary>The password's parameter.</summary>
    public ParameterResource PasswordParameter => password;

    /// <summary>Npgsql's connection string of the server's own database, <c>postgres</c>.</summary>
    public ReferenceExpression ConnectionStringExpression => To("postgres");

    internal ReferenceExpression To(string database) => ReferenceExpression.Create(
        $"Host={PrimaryEndpoint.Property(EndpointProperty.Host)};Port={PrimaryEndpoint.Property(EndpointProperty.Port)};Username={userName};Password={password};Database={database}");

    /// <summary>Makes a database where there is none of this name yet.</summary>
    internal async Task CreateDatabaseAsync(string database, CancellationToken ct)
    {
        var source = NpgsqlDataSource.Create((await ConnectionStringExpression.GetValueAsync(ct).ConfigureAwait(false))!);
        await using var _ = source.ConfigureAwait(false);
        var exists = source.CreateCommand("SELECT 1 FROM pg_database WHERE datname = $1");
        await using var __ = exists.ConfigureAwait(false);
        exists.Parameters.Add(new() { Value = database });
        if (await exists.ExecuteScalarAsync(ct).ConfigureAwait(false) is not null) return;
        var create = source.CreateCommand($"CREATE DATABASE {new NpgsqlCommandBuilder().QuoteIdentifier(database)}");
        await using var ___ = create.ConfigureAwait(false);
        await create.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }
}
