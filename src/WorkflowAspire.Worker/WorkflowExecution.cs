using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
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
        services.AddSingleton<Parking>();
        services.AddSingleton<ParentRuns>();
        services.AddSingleton<WorkflowExecutionProcessor>();
        services.AddSingleton<DeadLetterProducer>();
        services.AddSingleton<IStepProgress, JobStepProgress>();
        services.AddSingleton<FailedAttempts>();
        services.AddSingleton<ExecutionWorker>();
        services.AddHostedService<CancellationListener>();
        services.AddHostedService(provider => provider.GetRequiredService<ExecutionWorker>());
        services.AddHostedService<NeverEnqueuedRelay>();
        services.AddHostedService<OversleptRuns>();
        services.AddHostedService<Reconciler>();
        services.AddHostedService<Retention>();
        services.AddHostedService<DeadLetterDepth>();
        services.AddHealthChecks().AddCheck<ExecutionWorkerHealthCheck>("worker");
    }
}
