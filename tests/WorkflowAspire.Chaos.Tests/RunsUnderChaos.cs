using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics;
using Npgsql;
using StackExchange.Redis;
using WorkflowAspire.Chaos.Worker;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Chaos.Tests;

/// <summary>Runs are submitted and executed while everything breaks, again and again; then counted.</summary>
internal sealed class RunsUnderChaos(ChaosSystem system, int runs, TimeSpan duration, int seed)
{
    private const int Steps = 5;
    private const int Workers = 3;
    private const int Concurrency = 30;
    private const int Submitters = 4;
    private const int OneInSoManyFails = 50;
    private const int OneInSoManyParks = 5;
    private const int OneInSoManyIsCancelled = 25;
    private const int OneInSoManyIsNew = 10;
    private const int OneInSoManyIsForeign = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly ConcurrentBag<Guid> _accepted = [];
    private readonly ConcurrentBag<Guid> _replayedTwice = [];

    public async Task<ChaosReport> RunAsync()
    {
        var watch = Stopwatch.StartNew();
        await using var workers = new WorkerPool(system, Workers, Concurrency);
        using var over = new CancellationTokenSource();
        var trouble = new Trouble(system, workers);
        var making = trouble.MakeAsync(new Random(seed), over.Token);
        await Task.WhenAll(Enumerable.Range(0, Submitters).Select(SubmitAsync));
        await over.CancelAsync();
        await making;
        var unended = await UntilAllHaveEndedAsync();
        return await ReportAsync(watch.Elapsed, trouble.Happened, workers, unended);
    }

    private async Task SubmitAsync(int submitter)
    {
        var mine = runs / Submitters;
        for (var i = 0; i < mine; i++)
        {
            var input = new CountedInput(Steps, StepMilliseconds: 20 + (i * 37 % 200), FailsAt: i % OneInSoManyFails == 1 ? 3 : 0, ParksBefore: i % OneInSoManyParks == 2 ? 3 : 0);
            var run = ChaosSystem.NewRun(input, i % OneInSoManyIsNew == 4 ? CountedWorkflow.NewName : CountedWorkflow.Name);
            await AcceptAsync(run, isForeign: i % OneInSoManyIsForeign == 5);
            _accepted.Add(run.Id);
            await Task.Delay(duration / mine);
            if (i % OneInSoManyIsCancelled == 3) await CancelAsync(run.Id);
            if (i % OneInSoManyFails == OneInSoManyFails / 2) await ReplayTwiceAtOnceAsync();
        }
    }

    // As the API does it; the run has failed as it was told, and will again.
    private async Task ReplayTwiceAtOnceAsync()
    {
        try
        {
            foreach (var failed in (await system.Store.ListAsync(new RunFilter { Statuses = [RunStatus.Failed] }, cursor: null, limit: 1)).Items)
            {
                var replays = await Task.WhenAll(Enumerable.Range(0, 2).Select(async _ => await system.Store.ResetForReplayAsync(failed)));
                if (replays.All(replayed => replayed)) _replayedTwice.Add(failed.Id);
                if (!replays.Any(replayed => replayed)) continue;
                await system.DeadLetters.RemoveJobAsync(failed.Id.ToString());
                await system.Dispatcher.RedispatchAsync((await system.Store.FindAsync(failed.Id))!);
            }
        }
        catch (Exception error) when (IsTrouble(error))
        {
            // Then the relay does it, or nobody.
        }
    }

    private static bool IsTrouble(Exception error) => error is RedisException or TimeoutException or DbException;

    // As the API does it, for a client that tries again: a run counts once its row is written, and the queue may be away.
    private async Task AcceptAsync(WorkflowRun run, bool isForeign)
    {
        while (!await IsWrittenAsync(run)) await Task.Delay(100);
        try
        {
            if (isForeign) await system.AddForeignJobAsync(run);
            else await system.Dispatcher.DispatchAsync(run);
        }
        catch (Exception error) when (IsTrouble(error))
        {
            // The relay does it.
        }
    }

    private async Task<bool> IsWrittenAsync(WorkflowRun run)
    {
        try
        {
            await system.Store.CreateAsync(run);
            return true;
        }
        catch (DbException error)
        {
            // An earlier try whose answer was lost may have written it.
            return error is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation };
        }
    }

    private async Task CancelAsync(Guid run)
    {
        try
        {
            await system.Cancellation.CancelAsync(run);
        }
        catch (Exception error) when (IsTrouble(error))
        {
            // Then it goes on to another end.
        }
    }

    private async Task<IReadOnlyList<WorkflowRun>> UntilAllHaveEndedAsync()
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            if (await UnendedAsync() is { } unended && (unended.Count == 0 || watch.Elapsed > Patience)) return unended;
            await Task.Delay(200);
        }
    }

    // Null where a connection was one of those that the last trouble has cut.
    private async Task<IReadOnlyList<WorkflowRun>?> UnendedAsync()
    {
        try
        {
            var unended = new List<WorkflowRun>();
            foreach (var status in (RunStatus[])[RunStatus.Pending, RunStatus.Running, RunStatus.Waiting])
                unended.AddRange((await system.Store.ListAsync(new RunFilter { Statuses = [status] }, cursor: null, limit: 1000)).Items);
            return unended;
        }
        catch (DbException)
        {
            return null;
        }
    }

    private async Task<ChaosReport> ReportAsync(
        TimeSpan elapsed, IReadOnlyDictionary<string, int> troubles, WorkerPool workers, IReadOnlyList<WorkflowRun> unended)
    {
        var completions = await system.CompletionsAsync();
        var count = new Counts();
        foreach (var id in _accepted)
        {
            var run = await system.Store.FindAsync(id);
            if (run is null) count.Lost.Add(id);
            else await CountAsync(run, count);
        }

        return new ChaosReport(
            elapsed, troubles, _accepted.Count, count.Completed, count.Failed, count.Cancelled, workers.Capacity,
            Lost: [.. count.Lost, .. unended.Select(run => run.Id)],
            ReplayedTwice: [.. _replayedTwice],
            CompletedTwice: [.. completions.Where(run => run.Value > 1).Select(run => run.Key)],
            FailedWithoutDeadLetter: count.FailedWithoutDeadLetter,
            CompletedWithoutEffect: count.CompletedWithoutEffect,
            count.Effects, count.RepeatedWithinStep,
            RepeatedAfterCheckpoint: count.RepeatedAfterCheckpoint,
            Recovered: workers.Lines.Count(line => line.Contains("Recovering stale run", StringComparison.Ordinal)),
            Superseded: workers.Lines.Count(line => line.Contains("attempt was superseded", StringComparison.Ordinal)));
    }

    private async Task CountAsync(WorkflowRun run, Counts count)
    {
        var effects = new Dictionary<string, IReadOnlyList<int>>();
        for (var number = 1; number <= Steps; number++) effects[CountedWorkflow.StepName(number)] = await system.Ledger.ReadAsync(run.Id, CountedWorkflow.StepName(number));
        count.Effects += effects.Values.Sum(attempts => attempts.Count);
        count.RepeatedWithinStep += effects.Values.Sum(attempts => Math.Max(0, attempts.Count - 1));
        foreach (var (step, savedBy) in await system.SavedStepsAsync(run.Id))
            if (effects[step].Any(attempt => attempt > savedBy)) count.RepeatedAfterCheckpoint.Add($"{run.Id} {step}");

        switch (run.Status)
        {
            case RunStatus.Completed:
                count.Completed++;
                if (effects.Values.Any(attempts => attempts.Count == 0) || run.Output != "15") count.CompletedWithoutEffect.Add(run.Id);
                break;
            case RunStatus.Failed:
                count.Failed++;
                if (await system.DeadLetters.GetJobAsync(run.QueuedJobId) is null) count.FailedWithoutDeadLetter.Add(run.Id);
                break;
            case RunStatus.Cancelled:
                count.Cancelled++;
                break;
        }
    }

    private sealed class Counts
    {
        public int Completed { get; set; }

        public int Failed { get; set; }

        public int Cancelled { get; set; }

        public int Effects { get; set; }

        public int RepeatedWithinStep { get; set; }

        public List<Guid> Lost { get; } = [];

        public List<Guid> FailedWithoutDeadLetter { get; } = [];

        public List<Guid> CompletedWithoutEffect { get; } = [];

        public List<string> RepeatedAfterCheckpoint { get; } = [];
    }
}
