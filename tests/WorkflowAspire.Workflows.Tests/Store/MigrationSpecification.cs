using System.Data.Common;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkflowAspire.Workflows.Catalog;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Workflows.Tests.Store;

/// <summary>How processes that start together share a database, on either database.</summary>
public abstract class MigrationSpecification
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Hosts_that_start_together_apply_each_migration_once()
    {
        await using var source = await CreateDatabaseAsync();
        string[] migrations = [.. typeof(RunStore).Assembly.GetManifestResourceNames().Where(IsForThisDatabase).Order(StringComparer.Ordinal)];
        migrations[0].ShouldBe("0001_CreateRuns.sql");
        var hosts = Enumerable.Range(0, 6).Select(_ => TestServices.BuildHost(source)).ToArray();

        await Task.WhenAll(hosts.Select(host => Task.Run(() => host.StartAsync(Stop), Stop)));

        hosts.SelectMany(host => host.Services.GetFakeLogCollector().GetSnapshot()).Select(record => record.Message).Where(message => message.StartsWith("Applied migration", StringComparison.Ordinal)).Order()
            .ShouldBe(migrations.Select(name => $"Applied migration {name}"));
        await using var connection = await source.OpenConnectionAsync(Stop);
        (await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM workflow_migrations")).ShouldBe(migrations.Length);
        foreach (var host in hosts) host.Dispose();
    }

    [Fact]
    public async Task A_host_that_starts_later_leaves_the_data_alone()
    {
        await using var source = await CreateDatabaseAsync();
        using var first = await StartHost(source);
        var run = new WorkflowRun(Guid.NewGuid(), Guid.NewGuid(), "greet", RunStatus.Pending, null, null, null, 0, DateTimeOffset.UnixEpoch, null, null, null);
        await first.Services.GetRequiredService<RunStore>().CreateAsync(run, Stop);

        using var second = await StartHost(source);

        second.Services.GetFakeLogCollector().GetSnapshot().ShouldNotContain(record => record.Message.StartsWith("Applied migration", StringComparison.Ordinal));
        (await second.Services.GetRequiredService<RunStore>().FindAsync(run.Id, Stop)).ShouldBe(run);
    }

    [Fact]
    public async Task Two_processes_write_at_the_same_time()
    {
        await using var source = await CreateDatabaseAsync();
        using var api = await StartHost(source);
        using var worker = await StartHost(source);
        var (accepting, executing) = (api.Services.GetRequiredService<RunStore>(), worker.Services.GetRequiredService<RunStore>());

        var runs = await Task.WhenAll(Enumerable.Range(0, 100).Select(async _ =>
        {
            await Task.Yield();
            var run = new WorkflowRun(Guid.NewGuid(), Guid.NewGuid(), "greet", RunStatus.Pending, null, null, null, 0, DateTimeOffset.UtcNow, null, null, null);
            await accepting.CreateAsync(run, Stop);
            var claimed = (await executing.ClaimAsync(run.Id, run.TenantId, ct: Stop)).ShouldBeOfType<ClaimResult.Claimed>();
            await accepting.MarkEnqueuedAsync(run.Id, DateTimeOffset.UtcNow, ct: Stop);
            return await executing.CompleteAsync(claimed.Lease, "1", Stop);
        }));

        runs.ShouldAllBe(completed => completed);
    }

    [Fact]
    public async Task What_workers_can_run_is_published_for_who_accepts_runs()
    {
        await using var source = await CreateDatabaseAsync();
        using var worker = await StartHost(source, services => services.AddWorkflow<Nothing, int, int>("nothing", "Does nothing."));
        using var api = await StartHost(source);

        await worker.Services.GetRequiredService<WorkflowDirectory>().PublishAsync(Stop);
        await worker.Services.GetRequiredService<WorkflowDirectory>().PublishAsync(Stop);

        var directory = api.Services.GetRequiredService<WorkflowDirectory>();
        (await directory.ListAsync(Stop)).ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            workflow => workflow.Name.ShouldBe("nothing"),
            workflow => workflow.Description.ShouldBe("Does nothing."),
            workflow => workflow.PublishedAt.ShouldBe(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(1)));
        (await directory.ExistsAsync("nothing", Stop)).ShouldBeTrue();
        (await directory.ExistsAsync("no\0thing", Stop)).ShouldBeFalse();
    }

    protected abstract string OtherDatabasesScripts { get; }

    protected abstract Task<DbDataSource> CreateDatabaseAsync();

    private bool IsForThisDatabase(string script) => script.EndsWith(".sql", StringComparison.Ordinal) && !script.EndsWith(OtherDatabasesScripts, StringComparison.Ordinal);

    private static async Task<IHost> StartHost(DbDataSource source, Action<IServiceCollection>? configure = null)
    {
        var host = TestServices.BuildHost(source, configure: configure);
        await host.StartAsync(Stop);
        return host;
    }

    private sealed class Nothing : IWorkflow<int, int>
    {
        public Task<int> RunAsync(int input, WorkflowContext context, CancellationToken cancellationToken) => Task.FromResult(input);
    }
}
