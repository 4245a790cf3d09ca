using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using WorkflowAspire.TestServers;
using WorkflowAspire.Workflows.Runs;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace WorkflowAspire.Workflows.Tests.Store;

/// <summary>A database of its own for each test, the store over it, a clock that stands still, and what runs are made of.</summary>
public abstract class StoreSpecification : IAsyncLifetime
{
    private IHost _host = null!;

    protected FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 2, 11, 12, 0, 0, TimeSpan.Zero));

    protected DbDataSource Source { get; private set; } = null!;

    protected RunStore Store { get; private set; } = null!;

    protected IServiceProvider Services => _host.Services;

    public virtual async ValueTask InitializeAsync()
    {
        Source = await CreateDatabaseAsync();
        _host = TestServices.BuildHost(Source, Time, Configure);
        await _host.StartAsync();
        Store = Services.GetRequiredService<RunStore>();
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _host.StopAsync();
        _host.Dispose();
        await Source.DisposeAsync();
    }

    protected abstract Task<DbDataSource> CreateDatabaseAsync();

    protected virtual void Configure(IServiceCollection services)
    {
    }

    protected WorkflowRun NewRun(Guid? tenant = null, string workflow = "greet", string? input = """{"name":"Ada"}""") => new(
        Guid.NewGuid(), tenant ?? Guid.NewGuid(), workflow, RunStatus.Pending, input, null, null, 0, Time.GetUtcNow(), null, null, null);

    protected async Task<WorkflowRun> AcceptRun(Guid? tenant = null, string workflow = "greet", string? input = """{"name":"Ada"}""")
    {
        var run = NewRun(tenant, workflow, input);
        await Store.CreateAsync(run);
        return run;
    }

    protected async Task<RunLease> Claim(WorkflowRun run) => (await Store.ClaimAsync(run.Id, run.TenantId)).ShouldBeOfType<ClaimResult.Claimed>().Lease;

    protected async Task<RunLease> AcceptAndClaim(Guid? tenant = null) => await Claim(await AcceptRun(tenant));

    protected async Task<WorkflowRun> Now(WorkflowRun run) => (await Store.FindAsync(run.Id)).ShouldNotBeNull();

    protected async Task<WorkflowRun> AcceptFailedRun(Guid? tenant = null)
    {
        var lease = await AcceptAndClaim(tenant);
        (await Store.FailAsync(lease.Run.Id, lease.Attempt, "broken")).ShouldBeTrue();
        return lease.Run;
    }
}

/// <summary>Databases to run a specification against.</summary>
internal static class TestDatabase
{
    public static async Task<DbDataSource> OnPostgresAsync(PostgresServer server) => NpgsqlDataSource.Create(await server.CreateDatabaseAsync());

    /// <summary>A database that explains each statement that it executes, to a log.</summary>
    /// <param name="server">The server.</param>
    /// <param name="log">Where the plans come.</param>
    /// <param name="analyzed">Whether they tell what each part of them really did.</param>
    public static async Task<DbDataSource> OnExplainingPostgresAsync(PostgresServer server, FakeLogCollector log, bool analyzed)
    {
        var builder = new NpgsqlDataSourceBuilder(await server.CreateDatabaseAsync());
        builder.ConnectionStringBuilder.Options =
            $"-c session_preload_libraries=auto_explain -c auto_explain.log_min_duration=0 -c auto_explain.log_analyze={analyzed} -c auto_explain.log_level=notice -c client_min_messages=notice";
        // Npgsql logs what the server notices.
        builder.UseLoggerFactory(LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(new FakeLoggerProvider(log))));
        return builder.Build();
    }

    public static Task<DbDataSource> OnSqliteAsync()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("sqlite-test-").FullName, "workflow.db");
        return Task.FromResult<DbDataSource>(new TemporarySqlite(file));
    }

    private sealed class TemporarySqlite(string file) : DbDataSource
    {
        public override string ConnectionString => $"Data Source={file}";

        protected override DbConnection CreateDbConnection() => new SqliteConnection(ConnectionString);

        protected override void Dispose(bool disposing)
        {
            using (var connection = new SqliteConnection(ConnectionString)) SqliteConnection.ClearPool(connection);
            Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
            base.Dispose(disposing);
        }
    }
}
