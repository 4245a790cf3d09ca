using System.Data.Common;
using Npgsql;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.Workflows.Tests.Store;

public class RunsOnPostgres(PostgresServer postgres) : RunStoreSpecification
{
    protected override Task<DbDataSource> CreateDatabaseAsync() => TestDatabase.OnPostgresAsync(postgres);
}

public class RunsOnSqlite : RunStoreSpecification
{
    protected override Task<DbDataSource> CreateDatabaseAsync() => TestDatabase.OnSqliteAsync();
}

public class StepsOnPostgres(PostgresServer postgres) : StepSpecification
{
    protected override Task<DbDataSource> CreateDatabaseAsync() => TestDatabase.OnPostgresAsync(postgres);
}

public class StepsOnSqlite : StepSpecification
{
    protected override Task<DbDataSource> CreateDatabaseAsync() => TestDatabase.OnSqliteAsync();
}

public class WaitsOnPostgres(PostgresServer postgres) : WaitSpecification
{
    protected override Task<DbDataSource> CreateDatabaseAsync() => TestDatabase.OnPostgresAsync(postgres);
}

public class WaitsOnSqlite : WaitSpecification
{
    protected override Task<DbDataSource> CreateDatabaseAsync() => TestDatabase.OnSqliteAsync();
}

public class ListsOnPostgres(PostgresServer postgres) : ListingSpecification
{
    protected override Task<DbDataSource> CreateDatabaseAsync() => TestDatabase.OnPostgresAsync(postgres);
}

public class ListsOnSqlite : ListingSpecification
{
    protected override Task<DbDataSource> CreateDatabaseAsync() => TestDatabase.OnSqliteAsync();
}

public class MigrationsOnPostgres(PostgresServer postgres) : MigrationSpecification
{
    protected override string OtherDatabasesScripts => ".sqlite.sql";

    protected override Task<DbDataSource> CreateDatabaseAsync() => TestDatabase.OnPostgresAsync(postgres);
}

/// <summary>The schema's lock, which is PostgreSQL's.</summary>
public class MigrationLockTests(PostgresServer postgres)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_start_ends_after_its_limit_and_says_who_holds_the_lock()
    {
        await using var source = NpgsqlDataSource.Create(await postgres.CreateDatabaseAsync());
        await using var holder = NpgsqlDataSource.Create($"{source.ConnectionString};Application Name=psql of somebody");
        await using var connection = await holder.OpenConnectionAsync(Stop);
        await using var command = new NpgsqlCommand("SELECT pg_advisory_lock(8606223218533756791)", connection);
        await command.ExecuteNonQueryAsync(Stop);
        using var host = TestServices.BuildHost(source, settings: [("Store:MigrationTimeout", "00:00:00.300")]);

        var error = await Should.ThrowAsync<TimeoutException>(() => host.StartAsync(Stop));

        error.Message.ShouldContain($"Session {connection.ProcessID} holds it");
        error.Message.ShouldContain("application 'psql of somebody'");
        error.Message.ShouldContain("Store:MigrationTimeout");
    }

    [Fact]
    public async Task A_start_goes_on_when_the_lock_comes_free()
    {
        await using var source = NpgsqlDataSource.Create(await postgres.CreateDatabaseAsync());
        var connection = await source.OpenConnectionAsync(Stop);
        await using var command = new NpgsqlCommand("SELECT pg_advisory_lock(8606223218533756791)", connection);
        await command.ExecuteNonQueryAsync(Stop);
        using var host = TestServices.BuildHost(source);
        var starting = host.StartAsync(Stop);
        starting.IsCompleted.ShouldBeFalse();

        await using (var unlock = new NpgsqlCommand("SELECT pg_advisory_unlock_all()", connection)) await unlock.ExecuteNonQueryAsync(Stop);

        await starting;
    }
}

public class MigrationsOnSqlite : MigrationSpecification
{
    protected override string OtherDatabasesScripts => ".postgres.sql";

    protected override Task<DbDataSource> CreateDatabaseAsync() => TestDatabase.OnSqliteAsync();
}

public class AttemptsOnPostgres(PostgresServer postgres) : AttemptSpecification
{
    protected override Task<DbDataSource> CreateDatabaseAsync() => TestDatabase.OnPostgresAsync(postgres);
}

public class AttemptsOnSqlite : AttemptSpecification
{
    protected override Task<DbDataSource> CreateDatabaseAsync() => TestDatabase.OnSqliteAsync();
}

public class UpgradesOnPostgres(PostgresServer postgres) : UpgradeSpecification
{
    protected override bool IsPostgres => true;

    protected override async Task<DbDataSource> CreateDatabaseAsync() => NpgsqlDataSource.Create(await postgres.CreateDatabaseAsync());
}

public class UpgradesOnSqlite : UpgradeSpecification
{
    protected override bool IsPostgres => false;

    protected override Task<DbDataSource> CreateDatabaseAsync() => TestDatabase.OnSqliteAsync();
}

public class SharedWritesOnPostgres(PostgresServer postgres) : SharedWritesSpecification
{
    protected override Task<DbDataSource> CreateDatabaseAsync() => TestDatabase.OnPostgresAsync(postgres);
}

public class SharedWritesOnSqlite : SharedWritesSpecification
{
    protected override Task<DbDataSource> CreateDatabaseAsync() => TestDatabase.OnSqliteAsync();
}

public class SweepsOnPostgres(PostgresServer postgres) : SweepSpecification
{
    protected override Task<DbDataSource> CreateDatabaseAsync() => TestDatabase.OnPostgresAsync(postgres);
}

public class SweepsOnSqlite : SweepSpecification
{
    protected override Task<DbDataSource> CreateDatabaseAsync() => TestDatabase.OnSqliteAsync();
}
