using MassTransit;

namespace WorkflowAspire.BullMQ.MassTransit.Consuming;

/// <summary>Sees what a consumer throws before MassTransit does.</summary>
/// <param name="tellsErrors">Whether MassTransit may see it, too.</param>
internal sealed class AttemptFilter<TConsumer, TMessage>(Func<bool> tellsErrors) : IFilter<ConsumerConsumeContext<TConsumer, TMessage>>
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
            if (!tellsErrors() && ConcealedError.Conceals(error) && job is not null) throw new ConcealedError(error);
            throw;
        }
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("bullmqAttempt");
}
