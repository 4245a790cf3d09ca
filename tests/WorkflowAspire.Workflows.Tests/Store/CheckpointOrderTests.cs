using System.Data.Common;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using WorkflowAspire.TestServers;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Workflows.Tests.Store;

/// <summary>A checkpoint of an old attempt and the claim of a new one, in transactions that overlap.</summary>
public class CheckpointOrderTests(PostgresServer postgres) : StoreSpecification
{
    [Fact]
    public async Task A_checkpoint_waits_for_a_claim_that_came_first_and_then_has_lost_the_run()
    {
        var old = await AcceptAndClaim();
        await using var connection = await Source.OpenConnectionAsync();
        await using var claim = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("UPDATE workflow_runs SET attempts = attempts + 1 WHERE id = @id", new { id = old.Run.Id });

        var checkpoint = Store.SaveStepAsync(old, Step("late"), default);
        await SomebodyWaitsForALock();
        checkpoint.IsCompleted.ShouldBeFalse();
        await claim.CommitAsync();

        await Should.ThrowAsync<LeaseLostException>(() => checkpoint);
        (await Store.ListStepsAsync(old.Run.Id)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_claim_waits_for_a_checkpoint_that_came_first_and_then_sees_it()
    {
        var old = await AcceptAndClaim();
        using var otherWorker = TestServices.BuildHost(Source, Time);
        var otherStore = otherWorker.Services.GetRequiredService<RunStore>();
        await using var connection = await Source.OpenConnectionAsync();
        await using var sameStep = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync(
            "INSERT INTO workflow_steps (run_id, name, position, status, attempts, run_attempt, started_at) VALUES (@id, 'first', 1, 'completed', 1, 1, now())", new { id = old.Run.Id });
        // The checkpoint has the run's row by now, and is held up by the other row of its own key.
        var checkpoint = Store.SaveStepAsync(old, Step("first"), default);
        await SomebodyWaitsForALock();

        var claim = otherStore.ClaimAsync(old.Run.Id, old.Run.TenantId);
        await SomebodyWaitsForALock(howMany: 2);
        claim.IsCompleted.ShouldBeFalse();
        await sameStep.RollbackAsync();

        await checkpoint;
        (await claim).ShouldBeOfType<ClaimResult.Claimed>().Lease.Attempt.ShouldBe(2);
        (await otherStore.ListStepsAsync(old.Run.Id)).ShouldHaveSingleItem().Name.ShouldBe("first");
    }

    [Fact]
    public async Task A_row_that_somebody_has_locked_holds_up_its_own_writes_only()
    {
        var locked = await AcceptRun();
        await using var connection = await Source.OpenConnectionAsync();
        await using var operators = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("SELECT 1 FROM workflow_runs WHERE id = @id FOR UPDATE", new { id = locked.Id });

        var others = Enumerable.Range(0, 50).Select(_ => AcceptAndClaim()).ToArray();
        var claim = Claim(locked);
        others = [.. others, .. Enumerable.Range(0, 50).Select(_ => AcceptAndClaim())];

        await Task.WhenAll(others);
        claim.IsCompleted.ShouldBeFalse();
        await operators.CommitAsync();
        (await claim).Attempt.ShouldBe(1);
    }

    protected override Task<DbDataSource> CreateDatabaseAsync() => TestDatabase.OnPostgresAsync(postgres);

    private WorkflowStep Step(string name) => new(name, 1, StepStatus.Completed, "1", null, 1, Time.GetUtcNow(), Time.GetUtcNow());

    private async Task SomebodyWaitsForALock(int howMany = 1)
    {
        await using var look = NpgsqlDataSource.Create(Source.ConnectionString);
        await using var connection = await look.OpenConnectionAsync();
        await Eventually.True(async () => await connection.ExecuteScalarAsync<long>(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") >= howMany);
    }
}
