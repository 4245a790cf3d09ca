using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace WorkflowAspire.Worker.Execution;

/// <summary>Healthy while the worker takes jobs; not any more while it stops and finishes those that it has.</summary>
internal sealed class ExecutionWorkerHealthCheck(ExecutionWorker worker, IHostApplicationLifetime lifetime) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(worker.IsRunning && !lifetime.ApplicationStopping.IsCancellationRequested
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy("The worker has stopped taking jobs."));
}
