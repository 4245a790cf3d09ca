using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using WorkflowAspire.Worker.Consuming;
using WorkflowAspire.Worker.DeadLetters;
using WorkflowAspire.Worker.Execution;
using WorkflowAspire.Worker.Fairness;
using WorkflowAspire.Worker.Progress;
using WorkflowAspire.Worker.Sweepers;
using WorkflowAspire.Workflows;

namespace WorkflowAspire.Worker;

/// <summary>Registers what executes runs from the queue.</summary>
internal static class WorkflowExecution
{
    /// <summary>The name of the check that is healthy while the worker takes runs.</summary>
    public const string HealthCheck = "worker";

    private const string PathSetting = $"{ExecutionOptions.Section}:{nameof(ExecutionOptions.Path)}";

    public static void AddWorkflowExecution(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<ExecutionOptions>().BindConfiguration(ExecutionOptions.Section).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<ExecutionOptions>, ConcurrencyVariable>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ExecutionOptions>, ExecutionOptionsValidator>());
        services.AddOptions<RetentionOptions>().BindConfiguration(RetentionOptions.Section).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RetentionOptions>, RetentionOptionsValidator>());
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(45));

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<WorkflowOptions>, StepTimeoutValidator>());
        services.AddTenantFairness();
        services.AddSingleton<AttemptLeases>();
        services.AddSingleton<RunningAttempts>();
        services.AddSingleton<Postponement>();
        services.AddSingleton<Parking>();
        services.AddSingleton<UnfamiliarWorkflows>();
        services.AddSingleton<StalledRuns>();
        services.AddSingleton<CarryingJobs>();
        services.AddSingleton<ParentRuns>();
        services.AddSingleton<WorkflowExecutionProcessor>();
        services.AddSingleton<DeadLetterProducer>();
        services.AddSingleton<IStepProgress, JobStepProgress>();
        services.AddSingleton<FailedAttempts>();
        services.AddHostedService<CancellationListener>();
        services.AddHostedService<WorkflowPublication>();
        if (builder.Configuration.GetValue(PathSetting, ExecutionOptions.DefaultPath) == ExecutionPath.MassTransit) services.AddRunConsumer();
        else services.AddBareWorker();
        services.AddHostedService<WorkerAnnouncements>();
        services.AddSingleton<ForeignJobs>();
        services.AddHostedService<NeverEnqueuedRelay>();
        services.AddHostedService<OversleptRuns>();
        services.AddHostedService<Reconciler>();
        services.AddHostedService<Retention>();
        services.AddHostedService<DeadLetterDepth>();
    }

    private static void AddBareWorker(this IServiceCollection services)
    {
        services.AddSingleton<ExecutionWorker>();
        services.AddHostedService(provider => provider.GetRequiredService<ExecutionWorker>());
        services.AddHealthChecks().AddCheck<ExecutionWorkerHealthCheck>(HealthCheck);
    }
}
