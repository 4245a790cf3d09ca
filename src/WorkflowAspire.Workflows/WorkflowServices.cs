using System.Data.Common;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using WorkflowAspire.Workflows.Catalog;
using WorkflowAspire.Workflows.Definitions;
using WorkflowAspire.Workflows.Dispatch;
using WorkflowAspire.Workflows.Execution;
using WorkflowAspire.Workflows.Runs;
using WorkflowAspire.Workflows.Store;
using WorkflowAspire.Workflows.Usage;

namespace WorkflowAspire.Workflows;

/// <summary>Registers workflows, the engine that executes them and the store that keeps their runs.</summary>
public static partial class WorkflowServices
{
    extension(IServiceCollection services)
    {
        /// <summary>Adds the engine. It needs the store (<see cref="AddWorkflowStore"/>) as well.</summary>
        /// <param name="configure">Sets options; configuration section <c>Workflows</c> comes first.</param>
        public IServiceCollection AddWorkflows(Action<WorkflowOptions>? configure = null)
        {
            var options = services.AddOptions<WorkflowOptions>().BindConfiguration(WorkflowOptions.Section).ValidateOnStart();
            if (configure is not null) options.Configure(configure);
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<WorkflowOptions>, WorkflowOptionsValidator>());
            services.AddMetrics();
            services.AddLogging();
            services.TryAddSingleton(TimeProvider.System);
            services.TryAddSingleton<WorkflowTelemetry>();
            services.TryAddSingleton<WorkflowCatalog>();
            services.TryAddSingleton<StepPipelines>();
            services.TryAddSingleton(provider => new WorkflowEngine(
                provider.GetRequiredService<IServiceScopeFactory>(),
                provider.GetRequiredService<WorkflowCatalog>(),
                new StepServices(
                    provider.GetRequiredService<RunStore>(),
                    provider.GetRequiredService<StepPipelines>(),
                    provider.GetRequiredService<IOptions<WorkflowOptions>>().Value.SerializerOptions,
                    provider.GetRequiredService<WorkflowTelemetry>(),
                    provider.GetRequiredService<TimeProvider>(),
                    provider.GetRequiredService<ILogger<StepRunner>>())
                {
                    Limits = provider.GetRequiredService<IOptions<RunLimits>>().Value,
                    Unfinished = provider.GetRequiredService<UnfinishedRuns>(),
                    StepGrace = provider.GetRequiredService<IOptions<WorkflowOptions>>().Value.StepGrace,
                    // Redis need not be reachable when the engine is made, nor be there at all.
                    Dispatcher = () => provider.GetService<IConnectionMultiplexer>() is null ? null : provider.GetRequiredService<RunDispatcher>(),
                }));
            return services;
        }

        /// <summary>Adds a workflow that is written as code; each run gets an instance of its own.</summary>
        /// <param name="name">Its name: lower-case letters, digits and hyphens.</param>
        /// <param name="description">What it does, in a sentence for people.</param>
        /// <param name="timeout">How long after it was accepted a run must have ended, unless its submission says otherwise; null for no limit.</param>
        /// <exception cref="ArgumentException">The name is malformed or taken, or the timeout isn't positive.</exception>
        public IServiceCollection AddWorkflow<TWorkflow, TInput, TOutput>(string name, string? description = null, TimeSpan? timeout = null)
            where TWorkflow : class, IWorkflow<TInput, TOutput>
        {
            ArgumentNullException.ThrowIfNull(name);
            if (timeout is { } longest) ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(longest, TimeSpan.Zero, nameof(timeout));
            if (!WorkflowName.IsMatch(name))
                throw new ArgumentException($"'{name}' is no workflow name; use lower-case letters, digits and hyphens.", nameof(name));
            if (services.Any(service => service is { IsKeyedService: false, ImplementationInstance: WorkflowDefinition other } && other.Name == name))
                throw new ArgumentException($"A workflow named '{name}' is registered already; choose another name.", nameof(name));
            services.AddSingleton<WorkflowDefinition>(new WorkflowDefinition<TWorkflow, TInput, TOutput>(name, description, timeout));
            services.TryAddScoped<TWorkflow>();
            return services;
        }

        /// <summary>Adds the store over the <see cref="DbDataSource"/> in the container; its migrations are applied before any hosted service starts.</summary>
        public IServiceCollection AddWorkflowStore()
        {
            services.AddLogging();
            services.AddMetrics();
            // The store is used without a host too, and then there need not be a configuration.
            services.AddOptions<StoreOptions>().Configure<IServiceProvider>((store, provider) => provider.GetService<IConfiguration>()?.GetSection(StoreOptions.Section).Bind(store)).ValidateOnStart();
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<StoreOptions>, StoreOptionsValidator>());
            services.AddOptions<RunLimits>().Configure<IServiceProvider>((limits, provider) => provider.GetService<IConfiguration>()?.GetSection(RunLimits.Section).Bind(limits)).ValidateOnStart();
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RunLimits>, RunLimitsValidator>());
            services.TryAddSingleton(TimeProvider.System);
            services.TryAddSingleton<StoreTelemetry>();
            services.TryAddSingleton<WorkflowDatabase>();
            services.TryAddSingleton<SchemaMigration>();
            services.AddHostedService<SchemaMigrationService>();
            services.TryAddSingleton<WorkflowCatalog>();
            services.TryAddSingleton(provider => new RunStore(
                provider.GetRequiredService<WorkflowDatabase>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<IOptions<RunLimits>>().Value));
            services.TryAddSingleton(provider => new UnfinishedRuns(
                provider.GetRequiredService<RunStore>(), provider.GetRequiredService<IOptions<RunLimits>>(), provider.GetRequiredService<TimeProvider>()));
            services.TryAddSingleton(provider => new UsageStore(provider.GetRequiredService<WorkflowDatabase>(), provider.GetRequiredService<TimeProvider>()));
            services.TryAddSingleton(provider => new WorkflowDirectory(
                provider.GetRequiredService<WorkflowDatabase>(), provider.GetRequiredService<WorkflowCatalog>(), provider.GetRequiredService<TimeProvider>()));
            services.TryAddSingleton(provider => new DefinitionStore(provider.GetRequiredService<WorkflowDatabase>(), provider.GetRequiredService<TimeProvider>()));
            services.AddOptions<ExecutionQueueOptions>().BindConfiguration(ExecutionQueueOptions.Section).ValidateOnStart();
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ExecutionQueueOptions>, ExecutionQueueOptionsValidator>());
            services.TryAddSingleton<RunDispatcher>();
            services.TryAddSingleton<ParkedRuns>();
            services.TryAddSingleton<RunCancellation>();
            return services;
        }
    }

    [GeneratedRegex(@"^[a-z0-9-]+\z")]
    private static partial Regex WorkflowName { get; }
}
