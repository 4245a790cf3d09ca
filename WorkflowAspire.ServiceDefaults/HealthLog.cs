using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace WorkflowAspire.ServiceDefaults;

/// <summary>Logs when a service becomes unhealthy, and why, and when it is healthy again.</summary>
internal sealed partial class HealthLog(IHostApplicationLifetime lifetime, ILogger<HealthLog> logger) : IHealthCheckPublisher
{
    /// <summary>Until then a service may still be connecting.</summary>
    public static readonly TimeSpan AfterStart = TimeSpan.FromSeconds(15);

    private bool _wasHealthy = true;

    public Task PublishAsync(HealthReport report, CancellationToken cancellationToken)
    {
        // A service that stops has said so.
        if (lifetime.ApplicationStopping.IsCancellationRequested) return Task.CompletedTask;
        var isHealthy = report.Status == HealthStatus.Healthy;
        if (isHealthy == _wasHealthy) return Task.CompletedTask;
        _wasHealthy = isHealthy;
        if (isHealthy) Healthy(logger);
        else Unhealthy(logger, string.Join("; ", HealthReportWriter.Reasons(report)!.Select(check => $"{check.Key}: {check.Value}")));
        return Task.CompletedTask;
    }

    [LoggerMessage(LogLevel.Information, "The service is healthy again")]
    private static partial void Healthy(ILogger logger);

    [LoggerMessage(LogLevel.Error, "The service is not healthy: {reasons}")]
    private static partial void Unhealthy(ILogger logger, string reasons);
}
