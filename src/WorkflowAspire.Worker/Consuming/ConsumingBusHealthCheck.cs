using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace WorkflowAspire.Worker.Consuming;

/// <summary>Healthy while runs are taken; not any more while the worker stops and finishes those that it has.</summary>
internal sealed class ConsumingBusHealthCheck(ConsumingBus bus, IHostApplicationLifetime lifetime) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(bus.IsRunning && !lifetime.ApplicationStopping.IsCancellationRequested
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy("The worker has stopped taking jobs."));
}
