using MassTransit;

namespace WorkflowAspire.BullMQ.MassTransit.Consuming;

/// <summary>Puts an <see cref="AttemptFilter{TConsumer, TMessage}"/> around each consumer of an endpoint, inside of all other middleware.</summary>
/// <param name="tellsErrors">Whether MassTransit may see what consumers throw; asked when they do.</param>
internal sealed class AttemptObserver(Func<bool> tellsErrors) : IConsumerConfigurationObserver
{
    public void ConsumerConfigured<TConsumer>(IConsumerConfigurator<TConsumer> configurator)
        where TConsumer : class
    {
    }

    public void ConsumerMessageConfigured<TConsumer, TMessage>(IConsumerMessageConfigurator<TConsumer, TMessage> configurator)
        where TConsumer : class
        where TMessage : class => configurator.UseFilter(new AttemptFilter<TConsumer, TMessage>(tellsErrors));
}
