using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace WorkflowAspire.Worker.Execution;

/// <summary>Healthy while the worker takes or finishes jobs.</summary>
internal sealed class ExecutionWorkerHealthCheck(ExecutionWorker worker) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(worker.IsRunning ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The worker has stopped taking jobs."));
}
