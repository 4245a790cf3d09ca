using System.Globalization;
using System.Text.Json;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace WorkflowAspire.Hosting.Health;

/// <summary>Healthy when the service says that it is; else for the reasons that it gives.</summary>
internal sealed class ServiceHealthCheck(IHttpClientFactory clients, EndpointReference endpoint, string path) : IHealthCheck
{
    /// <summary>The name of its HTTP client.</summary>
    public const string Client = "service-health";

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!endpoint.IsAllocated) return HealthCheckResult.Unhealthy("It has no address yet.");
        using var http = clients.CreateClient(Client);
        try
        {
            using var answer = await http.GetAsync(new Uri(new Uri(endpoint.Url), path), cancellationToken).ConfigureAwait(false);
            if (answer.IsSuccessStatusCode) return HealthCheckResult.Healthy();
            var body = await answer.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
            return HealthCheckResult.Unhealthy(Reasons(body) ?? string.Create(CultureInfo.InvariantCulture, $"{path} answered {(int)answer.StatusCode}."));
        }
        catch (HttpRequestException error)
        {
            return HealthCheckResult.Unhealthy($"It doesn't answer yet, or not any more: {error.Message}");
        }
    }

    private static string? Reasons(string body)
    {
        try
        {
            var report = JsonElement.Parse(body);
            var texts = report.TryGetProperty("reasons", out var reasons) ? reasons : report.GetProperty("checks");
            return string.Join("; ", texts.EnumerateObject().Where(check => check.Value.GetString() != "Healthy").Select(check => $"{check.Name}: {check.Value}"));
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}
