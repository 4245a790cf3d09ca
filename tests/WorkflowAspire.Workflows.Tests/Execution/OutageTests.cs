using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using WorkflowAspire.TestServers;
using WorkflowAspire.Workflows.Execution;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Workflows.Tests.Execution;

/// <summary>A PostgreSQL of its own, which goes away.</summary>
public class OutageTests : IAsyncLifetime
{
    private readonly PostgresServer _postgres = new();

    [Fact]
    public async Task A_step_that_finishes_while_the_database_restarts_is_kept()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var source = NpgsqlDataSource.Create(_postgres.ConnectionString);
        using var host = TestServices.BuildHost(source, configure: services => services.AddSingleton(_postgres).AddWorkflow<Outage, int, int>("outage"));
        await host.StartAsync(ct);
        var store = host.Services.GetRequiredService<RunStore>();
        var run = new WorkflowRun(Guid.NewGuid(), Guid.NewGuid(), "outage", RunStatus.Pending, "1", null, null, 0, DateTimeOffset.UtcNow, null, null, null);
        await store.CreateAsync(run, ct);
        var lease = ((ClaimResult.Claimed)await store.ClaimAsync(run.Id, run.TenantId, ct: ct)).Lease;

        (await host.Services.GetRequiredService<WorkflowEngine>().ExecuteAsync(lease, ct)).Output().ShouldBe("1");

        (await store.ListStepsAsync(run.Id, ct)).ShouldHaveSingleItem().ShouldSatisfyAllConditions(step => step.Status.ShouldBe(StepStatus.Completed), step => step.Attempts.ShouldBe(1));
    }

    public ValueTask InitializeAsync() => _postgres.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _postgres.DisposeAsync();
    }

    private sealed class Outage(PostgresServer postgres) : IWorkflow<int, int>
    {
        private Task? _restart;

        public async Task<int> RunAsync(int input, WorkflowContext context, CancellationToken cancellationToken)
        {
            var output = await context.StepAsync("costly", async _ =>
            {
                await postgres.StopAsync();
                _restart = postgres.StartAsync();
                return input;
            });
            await _restart!;
            return output;
        }
    }
}
