using System.Data.Common;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using WorkflowAspire.Worker.Execution;
using WorkflowAspire.Workflows.Dispatch;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Worker.Sweepers;

/// <summary>Wakes the parked runs whose signal or child is there and that nobody could wake, because Redis was away or the process died.</summary>
internal sealed partial class OversleptRuns(
    RunStore store, ParkedRuns parked, IOptions<ExecutionOptions> options, TimeProvider time, ILogger<OversleptRuns> logger) : BackgroundService
{
    private const int RunsPerLook = 500;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.RelayInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                foreach (var run in await store.ListOversleptAsync(RunsPerLook, stoppingToken))
                    if (await parked.WakeAsync(run.Id, stoppingToken)) Woken(logger, run.Id, run.TenantId);
            }
            catch (Exception error) when (error is RedisException or DbException or TimeoutException)
            {
                Postponed(logger, error);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Woke a parked run whose signal or child was there")]
    private static partial void Woken(ILogger logger, Guid runId, Guid tenantId);

    [LoggerMessage(LogLevel.Warning, "Overslept runs wait for the next look: Redis or the database can't be used")]
    private static partial void Postponed(ILogger logger, Exception exception);
}
