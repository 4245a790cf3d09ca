using System.Text.Json;
using Dapper;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Chaos.Worker;
using WorkflowAspire.TestServers;
using WorkflowAspire.Workflows.Dispatch;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Chaos.Tests;

/// <summary>A worker that was frozen past its lock and goes on.</summary>
public sealed class ZombieTests : IAsyncLifetime
{
    private ChaosSystem _system = null!;

    [Fact]
    public async Task A_worker_that_was_frozen_past_its_lock_changes_nothing_when_it_goes_on()
    {
        var run = await Submit(new CountedInput(Steps: 3, StepMilliseconds: 1, WaitsAt: 2));
        await using var zombie = _system.StartWorker(concurrency: 5);
        await Eventually.True(() => _system.Ledger.WaitsAsync(run.Id, attempt: 1));
        zombie.Signal("STOP");
        await using var other = _system.StartWorker(concurrency: 5);
        await Eventually.True(() => _system.Ledger.WaitsAsync(run.Id, attempt: 2));
        await _system.Ledger.LetGoAsync(run.Id, attempt: 2);
        await Reaches(run, RunStatus.Completed);
        await Eventually.True(async () => await Execution.GetJobStateAsync(run.Id.ToString()) == JobState.Completed);
        var before = await State(run);

        await _system.Ledger.LetGoAsync(run.Id, attempt: 1);
        zombie.Signal("CONT");
        await Eventually.True(() => zombie.Lines.Any(NoticesThatItCameTooLate));
        zombie.Signal("TERM");
        await zombie.WaitForExitAsync();

        (await State(run)).ShouldBe(before);
        zombie.ExitCode.ShouldBe(0);
        zombie.Lines.ShouldNotContain(line => line.Contains("Workflow run completed", StringComparison.Ordinal));
    }

    public async ValueTask InitializeAsync() => _system = await ChaosSystem.StartAsync();

    public ValueTask DisposeAsync() => _system.DisposeAsync();

    // By its lock in Redis or by its lease in the database, whichever it asks first.
    private static bool NoticesThatItCameTooLate(string line) =>
        line.Contains("Lost the lock of job", StringComparison.Ordinal) || line.Contains("attempt was superseded", StringComparison.Ordinal);

    private Queue Execution => new(ExecutionQueue.Name, _system.Redis.Connection);

    private async Task<WorkflowRun> Submit(CountedInput input)
    {
        var run = ChaosSystem.NewRun(input);
        await _system.Store.CreateAsync(run);
        await _system.Dispatcher.DispatchAsync(run);
        return run;
    }

    private Task Reaches(WorkflowRun run, RunStatus status) => Eventually.True(async () => (await _system.Store.FindAsync(run.Id))!.Status == status);

    // Everything that says something of the run: its rows, its job's hash, the sets and lists of its queue.
    private async Task<string> State(WorkflowRun run)
    {
        await using var connection = await _system.Database.OpenConnectionAsync();
        var rows = (await connection.QueryAsync("SELECT * FROM workflow_runs")).Concat(await connection.QueryAsync("SELECT * FROM workflow_steps ORDER BY position"));
        var redis = _system.Redis.Connection.GetDatabase();
        var job = (await redis.HashGetAllAsync($"bull:{ExecutionQueue.Name}:{run.Id}")).OrderBy(field => field.Name.ToString(), StringComparer.Ordinal);
        var counts = await Execution.GetJobCountsAsync();
        return string.Join('\n', rows.Select(row => (string)JsonSerializer.Serialize(row)).Concat(job.Select(field => field.ToString())).Concat(counts.Select(count => count.ToString())));
    }
}
