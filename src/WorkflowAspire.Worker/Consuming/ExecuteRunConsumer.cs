using MassTransit;
using WorkflowAspire.Worker.Execution;
using WorkflowAspire.Workflows.Dispatch;

namespace WorkflowAspire.Worker.Consuming;

/// <summary>The processor as a MassTransit consumer.</summary>
internal sealed class ExecuteRunConsumer(WorkflowExecutionProcessor processor) : IConsumer<WorkflowJobPayload>
{
    public async Task Consume(ConsumeContext<WorkflowJobPayload> context)
    {
        var job = context.GetBullMQJob();
        job.SetResultJson(await processor.ProcessAsync(job.Job, context.Message, context.CancellationToken));
    }
}
