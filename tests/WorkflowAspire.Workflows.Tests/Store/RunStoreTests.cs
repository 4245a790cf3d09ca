using System.Data.Common;
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
    protected override Task<DbDataSource> CreateDatabaseAsync() => TestDatabase.OnPostgresAsync(postgres);
}

public class MigrationsOnSqlite : MigrationSpecification
{
    protected override Task<DbDataSource> CreateDatabaseAsync() => TestDatabase.OnSqliteAsync();
}
