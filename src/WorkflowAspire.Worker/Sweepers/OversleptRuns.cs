using Microsoft.Extensions.Options;
using WorkflowAspire.Worker.Execution;
using WorkflowAspire.Workflows.Dispatch;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Worker.Sweepers;

/// <summary>Wakes the parked runs whose signal or child is there and that nobody could wake, because Redis was away or the process died.</summary>
internal sealed partial class OversleptRuns(
    RunStore store, ParkedRuns parked, IOptions<ExecutionOptions> options, TimeProvider time, ILogger<OversleptRuns> logger)
    : PeriodicSweep(options.Value.RelayInterval, time, logger)
{
    private const int RunsPerLook = 500;

    protected override async Task SweepAsync(CancellationToken ct)
    {
        foreach (var run in await store.ListOversleptAsync(RunsPerLook, ct))
        {
            await SeeToAsync(
                run.Id,
                async () =>
                {
                    if (await parked.WakeAsync(run.Id, ct)) Woken(logger, run.Id, run.TenantId);
                },
                ct);
        }
    }

    protected override void Postpone(Exception error) => Postponed(logger, error);

    [LoggerMessage(LogLevel.Warning, "Woke a parked run whose signal or child was there")]
    private static partial void Woken(ILogger logger, Guid runId, Guid tenantId);

    [LoggerMessage(LogLevel.Warning, "Overslept runs wait for the next look: Redis or the database can't be used")]
    private static partial void Postponed(ILogger logger, Exception exception);
}
