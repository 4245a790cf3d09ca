using Microsoft.Extensions.Options;
using StackExchange.Redis;
using WorkflowAspire.Worker.Execution;
using WorkflowAspire.Workflows.Dispatch;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Worker.Sweepers;

/// <summary>Enqueues the runs that were accepted while Redis was away, or whose API died before it could enqueue them.</summary>
internal sealed partial class NeverEnqueuedRelay(
    RunStore store, RunDispatcher dispatcher, ForeignJobs foreign, IConnectionMultiplexer redis, IOptions<ExecutionOptions> options, TimeProvider time,
    ILogger<NeverEnqueuedRelay> logger)
    : PeriodicSweep(options.Value.RelayInterval, time, logger)
{
    private const int RunsPerBatch = 1000;

    private readonly TimeSpan _interval = options.Value.RelayInterval;

    private readonly SweepTurn _turn = new(redis, "relay", options.Value.RelayInterval);

    protected override async Task SweepAsync(CancellationToken ct)
    {
        if (!await _turn.TakeAsync()) return;
        WorkflowRun? last = null;
        do
        {
            var runs = await store.ListNeverEnqueuedAsync(_interval, RunsPerBatch, last, ct);
            if (runs.Count == 0) break;
            await EnqueueAsync(runs, ct);
            last = runs[^1];
        }
        while (await _turn.KeepAsync());
        await _turn.EndAsync();
    }

    private async Task EnqueueAsync(IReadOnlyList<WorkflowRun> runs, CancellationToken ct)
    {
        var jobs = await foreign.FindAsync([.. runs.Where(run => run.JobId is null)], ct);
        await Task.WhenAll(jobs.Select(found => SeeToAsync(found.Key, () => store.MarkEnqueuedAsync(found.Key, Time.GetUtcNow(), found.Value, ct), ct)));
        var others = runs.Where(run => !jobs.ContainsKey(run.Id)).ToList();
        try
        {
            foreach (var run in await dispatcher.RedispatchAsync(others, ct)) Enqueued(logger, run.Id, run.TenantId);
        }
        catch (Exception error) when (!IsOutage(error) && !ct.IsCancellationRequested)
        {
            // One of them can't be enqueued: each by itself.
            foreach (var run in others) await SeeToAsync(run.Id, () => EnqueueAsync(run, ct), ct);
        }
    }

    private async Task EnqueueAsync(WorkflowRun run, CancellationToken ct)
    {
        try
        {
            if (await dispatcher.RedispatchAsync(run, ct: ct)) Enqueued(logger, run.Id, run.TenantId);
        }
        catch (UnreadableInputException unreadable)
        {
            // Another producer's row; no worker could ever read it.
            if (await store.FailAsync(run.Id, attempt: null, unreadable.Message, ct)) Refused(logger, run.Id, run.TenantId, unreadable.Message);
        }
    }

    protected override void Postpone(Exception error) => Postponed(logger, error);

    [LoggerMessage(LogLevel.Warning, "Enqueued a run that was accepted and never enqueued")]
    private static partial void Enqueued(ILogger logger, Guid runId, Guid tenantId);

    [LoggerMessage(LogLevel.Error, "Failed a run that can't be enqueued: {error}")]
    private static partial void Refused(ILogger logger, Guid runId, Guid tenantId, string error);

    [LoggerMessage(LogLevel.Warning, "Runs that were never enqueued wait for the next look: Redis or the database can't be used")]
    private static partial void Postponed(ILogger logger, Exception exception);
}
