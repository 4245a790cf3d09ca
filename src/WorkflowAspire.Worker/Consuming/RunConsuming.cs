using MassTransit;
using MassTransit.Logging;
using Microsoft.Extensions.Options;
using WorkflowAspire.BullMQ;
using WorkflowAspire.BullMQ.MassTransit;
using WorkflowAspire.Worker.DeadLetters;
using WorkflowAspire.Worker.Execution;
using WorkflowAspire.Workflows.Dispatch;

namespace WorkflowAspire.Worker.Consuming;

/// <summary>Has runs executed by a MassTransit consumer, with the options of the bare worker.</summary>
internal static class RunConsuming
{
    public static void AddRunConsumer(this IServiceCollection services)
    {
        services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.UsingInMemory();
            bus.AddRider(rider =>
            {
                rider.AddConsumer<ExecuteRunConsumer>();
                rider.UsingBullMQ((context, bullmq) =>
                    bullmq.QueueEndpoint<WorkflowJobPayload>(ExecutionQueue.Name, endpoint => Configure(endpoint, context)));
            });
        });
        services.RemoveMassTransitHostedService();
        services.AddSingleton<ConsumingBus>();
        services.AddHostedService(provider => provider.GetRequiredService<ConsumingBus>());
        services.AddHealthChecks().AddCheck<ConsumingBusHealthCheck>(WorkflowExecution.HealthCheck);
        // FailedAttempts tells of failed attempts, in the runbook's words.
        services.AddLogging(logging => logging.AddFilter(LogCategoryName.Transport.Receive, LogLevel.None));
    }

    private static void Configure(IBullMQQueueEndpointConfigurator endpoint, IRiderRegistrationContext context)
    {
        var options = context.GetRequiredService<IOptions<ExecutionOptions>>().Value;
        endpoint.JsonTypeInfo = WorkflowJsonContext.Default.WorkflowJobPayload;
        endpoint.Concurrency = options.Concurrency;
        endpoint.LockDuration = options.LockDuration;
        endpoint.StalledInterval = options.StalledInterval;
        endpoint.MaxStalledCount = options.MaxStalledCount;
        endpoint.StopTimeout = options.StopTimeout;
        endpoint.WorkerName = options.Name;
        endpoint.RemoveOnComplete = KeepJobs.Count(100);
        endpoint.RemoveOnFail = KeepJobs.All;
        // Outputs and errors are the tenants'.
        endpoint.TraceOutcomes = false;
        endpoint.DeadLetter(ExecutionQueue.DeadLetterName, context.GetRequiredService<DeadLetterProducer>().Create);
        endpoint.OnFailed = context.GetRequiredService<FailedAttempts>().RecordAsync;
        endpoint.ConfigureConsumer<ExecuteRunConsumer>(context);
    }
}
