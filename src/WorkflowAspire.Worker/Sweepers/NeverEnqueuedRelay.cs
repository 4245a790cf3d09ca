using System.Data.Common;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using WorkflowAspire.Worker.Execution;
using WorkflowAspire.Workflows.Dispatch;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Worker.Sweepers;

/// <summary>Enqueues the runs that were accepted while Redis was away, or whose API died before it could enqueue them.</summary>
internal sealed partial class NeverEnqueuedRelay(
    RunStore store, RunDispatcher dispatcher, IOptions<ExecutionOptions> options, TimeProvider time, ILogger<NeverEnqueuedRelay> logger) : BackgroundService
{
    private const int RunsPerLook = 500;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var interval = options.Value.RelayInterval;
        using var timer = new PeriodicTimer(interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                foreach (var run in await store.ListNeverEnqueuedAsync(interval, RunsPerLook, stoppingToken))
                    if (await dispatcher.RedispatchAsync(run, ct: stoppingToken)) Enqueued(logger, run.Id, run.TenantId);
            }
            catch (Exception error) when (error is RedisException or DbException or TimeoutException)
            {
                Postponed(logger, error);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Enqueued a run that was accepted and never enqueued")]
    private static partial void Enqueued(ILogger logger, Guid runId, Guid tenantId);

    [LoggerMessage(LogLevel.Warning, "Runs that were never enqueued wait for the next look: Redis or the database can't be used")]
    private static partial void Postponed(ILogger logger, Exception exception);
}
