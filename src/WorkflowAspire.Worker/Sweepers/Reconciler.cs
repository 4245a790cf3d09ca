using Microsoft.Extensions.Options;
using StackExchange.Redis;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Worker.Execution;
using WorkflowAspire.Workflows;
using WorkflowAspire.Workflows.Dispatch;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Worker.Sweepers;

/// <summary>
/// Brings runs and jobs together again that have come apart: a run whose job failed while the database was away fails, and a run whose job
/// has vanished from Redis gets a new one. A run whose job is alive is left alone.
/// </summary>
internal sealed partial class Reconciler(
    RunStore store,
    RunDispatcher dispatcher,
    IConnectionMultiplexer redis,
    IOptions<ExecutionOptions> options,
    WorkflowTelemetry telemetry,
    TimeProvider time,
    ILogger<Reconciler> logger)
    : PeriodicSweep(options.Value.ReconcileInterval, time, logger)
{
    private const int RunsPerBatch = 2000;

    private readonly ExecutionOptions _options = options.Value;
    private readonly SweepTurn _turn = new(redis, "reconciler", options.Value.ReconcileInterval);
    private readonly Queue _execution = new(ExecutionQueue.Name, redis, timeProvider: time);
    private readonly Queue _deadLetters = new(ExecutionQueue.DeadLetterName, redis, timeProvider: time);

    protected override async Task SweepAsync(CancellationToken ct)
    {
        if (!await _turn.TakeAsync()) return;
        await CompareAllAsync(ct);
        await _turn.EndAsync();
    }

    protected override void Postpone(Exception error) => Postponed(logger, error);

    private async Task CompareAllAsync(CancellationToken ct)
    {
        var now = Time.GetUtcNow();
        // By then the queue has noticed a vanished worker, and a job that is about to be written is there.
        var runningSince = now - _options.LockDuration - (2 * _options.StalledInterval);
        var enqueuedSince = now - _options.ReconcileInterval;
        var fates = new JobFates(redis.GetDatabase(), _execution, _deadLetters);
        var after = Guid.Empty;
        do
        {
            var (runs, next) = await store.ListUnfinishedAsync(after, runningSince, enqueuedSince, RunsPerBatch, ct);
            foreach (var (run, fate) in runs.Zip(await fates.OfAsync([.. runs.Select(run => run.QueuedJobId)], ct))) await SeeToAsync(run.Id, () => RepairAsync(run, fate, ct), ct);
            if (next is null) return;
            after = next.Value;
        }
        while (await _turn.KeepAsync());
    }

    private async Task RepairAsync(UnfinishedRun run, JobFate fate, CancellationToken ct)
    {
        var (found, done, repaired) = fate switch
        {
            JobFate.Failed(var reason) => ("job failed", "run failed", await store.FailAsync(run, reason, ct)),
            JobFate.Completed => ("job completed without the run", "job enqueued anew", await dispatcher.RestoreAsync(run, ct: ct)),
            JobFate.Stranded => ("job in no list", "job enqueued anew", await dispatcher.RestoreAsync(run, isStranded: true, ct)),
            // A job that another producer added may have any id, until a worker has had it.
            JobFate.Gone when run.EnqueuedAt is not null || run.JobId is not null => ("job gone", "job enqueued anew", await dispatcher.RestoreAsync(run, ct: ct)),
            _ => ("", "", false),
        };
        if (!repaired) return;
        Repaired(logger, run.Id, run.TenantId, run.Status.ToString().ToLowerInvariant(), found, done);
        telemetry.RunReconciled(found, done);
    }

    [LoggerMessage(LogLevel.Warning, "Repaired a run that had come apart from its job")]
    private static partial void Repaired(ILogger logger, Guid runId, Guid tenantId, string status, string found, string done);

    [LoggerMessage(LogLevel.Warning, "Runs are compared with their jobs at the next look: Redis or the database can't be used")]
    private static partial void Postponed(ILogger logger, Exception exception);
}
