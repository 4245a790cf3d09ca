using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using WorkflowAspire.Hosting.Health;

namespace Aspire.Hosting;

/// <summary>Shows on the dashboard why a service isn't healthy.</summary>
public static class ServiceHealthBuilderExtensions
{
    /// <summary>
    /// Adds a health check that asks the service's own, as <c>WithHttpHealthCheck</c> does, and tells the reasons that stand in its answer:
    /// <c>{ "status": …, "checks": { name: status }, "reasons": { name: reason } }</c>.
    /// </summary>
    /// <typeparam name="T">The resource's type.</typeparam>
    /// <param name="builder">The service.</param>
    /// <param name="path">The path of its health checks, for example <c>/health</c>.</param>
    /// <param name="endpointName">The endpoint that answers it.</param>
    public static IResourceBuilder<T> WithServiceHealthCheck<T>(this IResourceBuilder<T> builder, string path, [EndpointName] string endpointName = "http")
        where T : IResourceWithEndpoints
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(path);
        var (endpoint, check) = (builder.GetEndpoint(endpointName), $"{builder.Resource.Name}_{path.Trim('/')}_check");
        // Its requests would fill the console.
        builder.ApplicationBuilder.Services.AddHttpClient(ServiceHealthCheck.Client).RemoveAllLoggers();
        builder.ApplicationBuilder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            check, services => new ServiceHealthCheck(services.GetRequiredService<IHttpClientFactory>(), endpoint, path), HealthStatus.Unhealthy, tags: null));
        return builder.WithHealthCheck(check);
    }
}
