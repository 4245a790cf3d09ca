using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using Npgsql;
using WorkflowAspire.LocalHosting.Data;
using WorkflowAspire.LocalHosting.Processes;
using WorkflowAspire.LocalHosting.Supervision;

namespace WorkflowAspire.LocalHosting.Choices;

/// <summary>Decides what serves a database: a server that is given, an installed PostgreSQL with a private cluster, or SQLite.</summary>
internal sealed class PostgresChoice(IConfiguration configuration, DataFolder data, EndpointAllocation endpoints)
{
    private const string OptionName = "Local:Database";

    public async Task<Decision> DecideAsync(PostgresServerResource server, IReadOnlyList<PostgresDatabaseResource> databases, CancellationToken ct)
    {
        if (databases.Count > 0 && databases.All(IsGiven)) return Given(server, databases);

        var option = Option.Read(configuration, OptionName, "auto", "postgres", "sqlite");
        if (option == "sqlite") return Sqlite(server, databases, "asked for with --Local:Database=sqlite");
        try
        {
            return await ClusterAsync(server, databases, option == "postgres", ct).ConfigureAwait(false);
        }
        catch (IOException error) when (option == "auto")
        {
            return Sqlite(server, databases, error.Message);
        }
        catch (IOException error)
        {
            throw new DistributedApplicationException($"--Local:Database=postgres is not possible: {error.Message}", error);
        }
    }

    private bool IsGiven(PostgresDatabaseResource database) => !string.IsNullOrEmpty(configuration.GetConnectionString(database.Name));

    private Decision Given(PostgresServerResource server, IReadOnlyList<PostgresDatabaseResource> databases)
    {
        foreach (var database in databases) database.LocalConnection.Set(configuration.GetConnectionString(database.Name)!);
        var first = configuration.GetConnectionString(databases[0].Name)!;
        return new Decision("a server of its own", $"ConnectionStrings:{databases[0].Name} is given")
        {
            Endpoint = Place(first),
            Processes = [new ProcessPlan(server, server.Name) { Check = IsFile(first) ? null : ct => SelectOneAsync(first, ct) }, .. InServer(databases)],
        };
    }

    private Decision Sqlite(PostgresServerResource server, IReadOnlyList<PostgresDatabaseResource> databases, string reason)
    {
        var files = databases.Select(database => data.File($"{database.DatabaseName}.db")).ToList();
        foreach (var (database, file) in databases.Zip(files)) database.LocalConnection.Set($"Data Source={file}");
        return new Decision("SQLite", reason)
        {
            Endpoint = files.Count > 0 ? files[0] : data.Path,
            Processes = [new ProcessPlan(server, server.Name), .. InServer(databases)],
        };
    }

    private async Task<Decision> ClusterAsync(PostgresServerResource server, IReadOnlyList<PostgresDatabaseResource> databases, bool isForced, CancellationToken ct)
    {
        var binaries = Choose(server.Name);
        var user = UnprivilegedUser.IsNeeded
            ? UnprivilegedUser.Find() ?? throw new IOException("PostgreSQL never runs as root, and there is no way to another user here: setpriv or runuser and a user postgres or nobody are needed.")
            : null;
        var cluster = new PostgresCluster(data, server.Name, binaries, user);
        var userName = server.UserNameParameter is { } named ? (await named.GetValueAsync(ct).ConfigureAwait(false))! : "postgres";
        // A password that nobody has said is the one that the cluster keeps.
        var given = server.PasswordParameter.IsMadeUp(configuration) ? null : await server.PasswordParameter.GetValueAsync(ct).ConfigureAwait(false);
        var password = await cluster.PrepareAsync(userName, given, ct).ConfigureAwait(false);
        server.PasswordParameter.KeepGenerated(password);

        var endpoint = endpoints.Allocate(server, server.PrimaryEndpoint.EndpointAnnotation, "127.0.0.1");
        var connection = new NpgsqlConnectionStringBuilder { Host = endpoint.Address, Port = endpoint.Port, Username = userName, Password = password };
        server.LocalConnection.Set(connection.ConnectionString);
        foreach (var database in databases) database.LocalConnection.Set(new NpgsqlConnectionStringBuilder(connection.ConnectionString) { Database = database.DatabaseName }.ConnectionString);

        var missing = new Queue<string>(databases.Select(database => database.DatabaseName));
        return new Decision(
            string.Create(CultureInfo.InvariantCulture, $"PostgreSQL {binaries.Version}{(user is null ? "" : $", as user {user.Name}")}"),
            isForced ? "asked for with --Local:Database=postgres" : $"found in {binaries.Folder}")
        {
            Endpoint = endpoint.EndPointString,
            Processes =
            [
                new ProcessPlan(server, server.Name)
                {
                    Start = _ => Task.FromResult(cluster.Start(endpoint.Port)),
                    Check = token => ReadyAsync(connection.ConnectionString, missing, token),
                    Signal = StopSignal.Interrupt,
                },
                .. InServer(databases),
            ],
        };
    }

    private PostgresBinaries Choose(string name)
    {
        var found = PostgresBinaries.FindAll();
        if (found.Count == 0) throw new IOException("no PostgreSQL was found on the PATH or in the usual folders.");
        if (PostgresCluster.VersionOf(data, name) is not { } version) return found[0];
        return found.FirstOrDefault(binaries => binaries.Version == version) ?? throw new DistributedApplicationException(
            $"The cluster in {data.File(name)} was made by PostgreSQL {version}, and only {string.Join(", ", found.Select(b => b.Version))} is installed; install {version}, or delete the folder to begin anew.");
    }

    // A database is there when its server is; what it waits for is said by its parent.
    private static IEnumerable<ProcessPlan> InServer(IEnumerable<PostgresDatabaseResource> databases) =>
        databases.Select(database => new ProcessPlan(database, database.Name));

    private static async Task ReadyAsync(string connectionString, Queue<string> missing, CancellationToken ct)
    {
        while (missing.TryPeek(out var database))
        {
            await CreateAsync(connectionString, database, ct).ConfigureAwait(false);
            missing.Dequeue();
        }

        await SelectOneAsync(connectionString, ct).ConfigureAwait(false);
    }

    private static async Task CreateAsync(string connectionString, string database, CancellationToken ct)
    {
        var connection = Open(connectionString);
        await using var _ = connection.ConfigureAwait(false);
        await connection.OpenAsync(ct).ConfigureAwait(false);
        var exists = new NpgsqlCommand("SELECT 1 FROM pg_database WHERE datname = $1", connection) { Parameters = { new() { Value = database } } };
        await using var __ = exists.ConfigureAwait(false);
        if (await exists.ExecuteScalarAsync(ct).ConfigureAwait(false) is not null) return;
#pragma warning disable CA2100 // A name can't be a parameter; its quotes are doubled.
        var create = new NpgsqlCommand($"CREATE DATABASE \"{database.Replace("\"", "\"\"", StringComparison.Ordinal)}\"", connection);
#pragma warning restore CA2100
        await using var ___ = create.ConfigureAwait(false);
        await create.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }

    private static async Task SelectOneAsync(string connectionString, CancellationToken ct)
    {
        var connection = Open(connectionString);
        await using var _ = connection.ConfigureAwait(false);
        await connection.OpenAsync(ct).ConfigureAwait(false);
        var select = new NpgsqlCommand("SELECT 1", connection);
        await using var __ = select.ConfigureAwait(false);
        await select.ExecuteScalarAsync(ct).ConfigureAwait(false);
    }

    // A pooled connection would outlive the server and report its death late.
    private static NpgsqlConnection Open(string connectionString) =>
        new(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, Timeout = 5 }.ConnectionString);

    private static bool IsFile(string connectionString) => connectionString.Contains("Data Source", StringComparison.OrdinalIgnoreCase);

    private static string Place(string connectionString)
    {
        if (IsFile(connectionString)) return connectionString;
        var parsed = new NpgsqlConnectionStringBuilder(connectionString);
        return string.Create(CultureInfo.InvariantCulture, $"{parsed.Host}:{parsed.Port}/{parsed.Database}");
    }
}
