using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Worker.Execution;
using WorkflowAspire.Workflows.Dispatch;

namespace WorkflowAspire.Worker.Fairness;

/// <summary>Registers what keeps tenants within their limits.</summary>
internal static class FairnessServices
{
    public static IServiceCollection AddTenantFairness(this IServiceCollection services)
    {
        services.AddOptions<FairnessOptions>().BindConfiguration(FairnessOptions.Section).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<FairnessOptions>, FairnessOptionsValidator>());
        services.AddSingleton<TenantLimits>();
        services.AddSingleton<TenantPlaces>();
        services.AddSingleton<FairnessOutage>();
        services.AddSingleton(provider => new TenantLine(
            provider.GetRequiredService<IConnectionMultiplexer>().GetDatabase(),
            ExecutionQueue.Name,
            provider.GetRequiredService<IOptions<ExecutionOptions>>().Value.LockDuration,
            provider.GetRequiredService<IOptions<FairnessOptions>>().Value.FallbackDelay,
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new TenantTurns(
            new Queue(ExecutionQueue.Name, provider.GetRequiredService<IConnectionMultiplexer>(), timeProvider: provider.GetRequiredService<TimeProvider>()),
            provider.GetRequiredService<FairnessOutage>()));
        services.AddSingleton<TenantFairness>();
        services.AddHostedService<PlaceRenewal>();
        return services;
    }
}
