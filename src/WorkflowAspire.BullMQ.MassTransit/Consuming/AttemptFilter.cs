using MassTransit;

namespace WorkflowAspire.BullMQ.MassTransit.Consuming;

/// <summary>Sees what a consumer throws before MassTransit does.</summary>
internal sealed class AttemptFilter<TConsumer, TMessage> : IFilter<ConsumerConsumeContext<TConsumer, TMessage>>
    where TConsumer : class
    where TMessage : class
{
    public async Task Send(ConsumerConsumeContext<TConsumer, TMessage> context, IPipe<ConsumerConsumeContext<TConsumer, TMessage>> next)
    {
        try
        {
            await next.Send(context).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            if (context.TryGetPayload(out BullMQJob? job)) job.Thrown = error;
            // A retry filter lets an exception through whose retries were used up further inside. These have none.
            if (Outcome.ForbidsRetry(error)) context.ReceiveContext.GetOrAddPayload<RetryContext>(() => new NoRetry(error, context.CancellationToken));
            throw;
        }
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("bullmqAttempt");
}
