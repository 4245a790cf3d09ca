using WorkflowAspire.LocalHosting.Choices;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A PostgreSQL server.</summary>
public class PostgresServerResource : ContainerResource, IResourceWithConnectionString
{
    private readonly Dictionary<string, string> _databases = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Names the server.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="userName">The user; <c>postgres</c> if none is given.</param>
    /// <param name="password">The password.</param>
    public PostgresServerResource(string name, ParameterResource? userName, ParameterResource password) : base(name)
    {
        UserNameParameter = userName;
        PasswordParameter = password;
        PrimaryEndpoint = new EndpointReference(this, "tcp");
        ConnectionStringExpression = ReferenceExpression.Create($"{LocalConnection}");
    }

    /// <summary>Where it listens.</summary>
    public EndpointReference PrimaryEndpoint { get; }

    /// <summary>The host it listens on.</summary>
    public EndpointReferenceExpression Host => PrimaryEndpoint.Property(EndpointProperty.Host);

    /// <summary>The port it listens on.</summary>
    public EndpointReferenceExpression Port => PrimaryEndpoint.Property(EndpointProperty.Port);

    /// <summary>The user, if one was given.</summary>
    public ParameterResource? UserNameParameter { get; set; }

    /// <summary>The password.</summary>
    public ParameterResource PasswordParameter { get; set; }

    /// <summary>Its databases: the resource's name, and the name inside the server.</summary>
    public IReadOnlyDictionary<string, string> Databases => _databases;

    /// <inheritdoc/>
    public ReferenceExpression ConnectionStringExpression { get; }

    internal ConnectionStringSource LocalConnection { get; } = new();

    internal void AddDatabase(PostgresDatabaseResource database) => _databases.Add(database.Name, database.DatabaseName);
}

/// <summary>A database of a PostgreSQL server.</summary>
public class PostgresDatabaseResource : Resource, IResourceWithParent<PostgresServerResource>, IResourceWithConnectionString
{
    /// <summary>Names the database.</summary>
    /// <param name="name">The resource's name.</param>
    /// <param name="databaseName">The name inside the server.</param>
    /// <param name="postgresParentResource">The server.</param>
    public PostgresDatabaseResource(string name, string databaseName, PostgresServerResource postgresParentResource) : base(name)
    {
        DatabaseName = databaseName;
        Parent = postgresParentResource;
        ConnectionStringExpression = ReferenceExpression.Create($"{LocalConnection}");
    }

    /// <summary>The name inside the server.</summary>
    public string DatabaseName { get; }

    /// <summary>The server.</summary>
    public PostgresServerResource Parent { get; }

    /// <inheritdoc/>
    public ReferenceExpression ConnectionStringExpression { get; }

    internal ConnectionStringSource LocalConnection { get; } = new();
}
