using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using WorkflowAspire.BullMQ.MassTransit;
using WorkflowAspire.BullMQ.MassTransit.Testing;

namespace MassTransit;

/// <summary>Tests consumers of BullMQ queues without Redis.</summary>
public static class BullMQTestHarnessExtensions
{
    /// <summary>
    /// Gives the rider queues in memory instead of Redis, whatever host it is configured with, and registers <see cref="IBullMQTestHarness"/>. Used beside
    /// <c>AddMassTransitTestHarness</c>, before or after it.
    /// </summary>
    public static IServiceCollection AddBullMQTestHarness(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton<InMemoryQueues>();
        services.TryAddSingleton<IBullMQTestHarness>(provider => provider.GetRequiredService<InMemoryQueues>());
        return services;
    }
}
