using System.Diagnostics;
using WorkflowAspire.Bench;

namespace WorkflowAspire.Runs.Bench;

/// <summary>One round of everything that is measured, of one system.</summary>
internal sealed class RunRound(RunSystem system, int runs, int concurrency)
{
    private const int Checkpoints = 200;

    public async Task<Measure[]> RunAsync() =>
        [.. await StepsAsync(1), .. await StepsAsync(3), .. await StepsAsync(10), .. await CheckpointsAsync()];

    private async Task<Measure[]> StepsAsync(int steps)
    {
        var (tripsBefore, statementsBefore) = (system.Store.RoundTrips, system.Store.Statements);
        var (elapsed, took, _, _) = await new OurEngine("", system, concurrency).RunAsync(runs, steps);
        Array.Sort(took);
        return
        [
            new($"{steps} steps: runs/s", runs / elapsed.TotalSeconds, Better.More),
            new("  from submission to completion, ms, median", took[runs / 2], Better.Less),
            new("  from submission to completion, ms, 99th %", took[runs * 99 / 100], Better.Less),
            new("  statements, a run", (double)(system.Store.Statements - statementsBefore) / runs, Better.Less),
            new("  round trips, a run", (double)(system.Store.RoundTrips - tripsBefore) / runs, Better.Less),
        ];
    }

    private async Task<Measure[]> CheckpointsAsync()
    {
        var alone = await CheckpointsAsync(writers: 1);
        var loaded = await CheckpointsAsync(concurrency);
        return
        [
            new("a checkpoint alone, µs", alone.TotalMicroseconds / Checkpoints, Better.Less),
            new($"a checkpoint of {concurrency} at a time, µs of its own wait", loaded.TotalMicroseconds / Checkpoints, Better.Less),
            new("  checkpoints/s", Checkpoints * concurrency / loaded.TotalSeconds, Better.More),
        ];
    }

    // Each writer has a run of its own and saves one step after the other.
    private async Task<TimeSpan> CheckpointsAsync(int writers)
    {
        var leases = await Task.WhenAll(Enumerable.Range(0, writers).Select(_ => system.ClaimAsync()));
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(leases.Select(lease => Task.Run(async () =>
        {
            for (var step = 1; step <= Checkpoints; step++) await system.SaveStepAsync(lease, step);
        })));
        var elapsed = watch.Elapsed;
        foreach (var lease in leases) await system.EndAsync(lease);
        return elapsed;
    }
}
