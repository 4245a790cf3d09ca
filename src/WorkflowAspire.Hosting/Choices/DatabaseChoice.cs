using System.Data.Common;
using Aspire.Hosting;
using Microsoft.Extensions.Configuration;
using WorkflowAspire.Hosting.Data;
using WorkflowAspire.Hosting.Postgres;

namespace WorkflowAspire.Hosting.Choices;

/// <summary>What serves the database.</summary>
internal abstract record DatabaseChoice(string What, string Why) : Choice(What, Why)
{
    private const string OptionName = "Local:Database";

    /// <summary>Decides. A connection string wins over every option. A private cluster is made here if there is none yet.</summary>
    public static DatabaseChoice Make(IConfiguration configuration, string serverName, string name, Func<DataFolder> data)
    {
        var option = LocalOption.Read(configuration, OptionName, "auto", "container", "postgres", "sqlite");
        if (configuration.GetConnectionString(name) is { Length: > 0 } given) return Given.Read(name, given);
        return option switch
        {
            "container" => new Container(ContainerEngine.Require(configuration, OptionName), Asked(option)),
            "postgres" => MakeCluster(configuration, serverName, data(), Asked(option), out var problem)
                ?? throw new DistributedApplicationException($"--Local:Database=postgres is not possible: {problem}"),
            "sqlite" => Sqlite.In(data(), name, Asked(option)),
            _ when ContainerEngine.Find(configuration) is { } engine => new Container(engine, $"{engine} answers"),
            _ => MakeCluster(configuration, serverName, data(), "no container engine answers, and it is installed", out var problem)
                ?? (DatabaseChoice)Sqlite.In(data(), name, $"no container engine answers, and {problem.TrimEnd('.')}"),
        };
    }

    private static Postgres? MakeCluster(IConfiguration configuration, string serverName, DataFolder data, string why, out string problem)
    {
        try
        {
            problem = "";
            return new Postgres(PostgresCluster.Open(data, serverName, configuration[$"Parameters:{serverName}-password"]), why);
        }
        catch (PostgresUnavailableException error)
        {
            problem = error.Message;
            return null;
        }
    }

    private static string Asked(string option) => $"asked for with --{OptionName}={option}";

    /// <summary>A server that runs already, or a file.</summary>
    public sealed record Given(string ConnectionString, bool IsSqlite, string What, string Why) : DatabaseChoice(What, Why)
    {
        public static Given Read(string name, string connectionString)
        {
            try
            {
                var keywords = new DbConnectionStringBuilder { ConnectionString = connectionString };
                var isSqlite = keywords.ContainsKey("Data Source") && !keywords.ContainsKey("Host");
                keywords.TryGetValue(isSqlite ? "Data Source" : "Host", out var place);
                return new Given(connectionString, isSqlite, isSqlite ? $"the SQLite file {place}" : $"the server at {place}", $"ConnectionStrings:{name} is given");
            }
            catch (ArgumentException)
            {
                // Its message may quote a part of a password.
                throw new DistributedApplicationException(
                    $"ConnectionStrings:{name} can't be read; write it as keyword=value;…, for example Host=db;Username=app;Database=workflow.");
            }
        }
    }

    /// <summary>A container.</summary>
    public sealed record Container(string Engine, string Why) : DatabaseChoice($"a container of {Engine}", Why);

    /// <summary>A private cluster of an installed PostgreSQL.</summary>
    public sealed record Postgres(PostgresCluster Cluster, string Why) : DatabaseChoice(Cluster.Description, Why);

    /// <summary>A file of the data folder.</summary>
    public sealed record Sqlite(string File, string Why) : DatabaseChoice($"the SQLite file {File}", Why)
    {
        public static Sqlite In(DataFolder data, string name, string why) => new(data.File($"{name}.db"), why);
    }
}
