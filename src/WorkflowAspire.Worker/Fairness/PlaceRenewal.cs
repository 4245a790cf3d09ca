using Microsoft.Extensions.Options;
using WorkflowAspire.Worker.Execution;

namespace WorkflowAspire.Worker.Fairness;

/// <summary>Keeps the places of the runs that this worker executes.</summary>
internal sealed class PlaceRenewal(TenantLine line, TenantPlaces places, FairnessOutage outage, IOptions<ExecutionOptions> options, TimeProvider time) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.LockDuration / 3, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                foreach (var tenant in places.ByTenant())
                {
                    await line.RenewAsync(tenant.Key, tenant);
                    outage.Succeeded();
                }
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                outage.Failed(error);
            }
        }
    }
}
