using MassTransit;

namespace WorkflowAspire.Samples.MassTransit;

/// <summary>A rate that doesn't come in time is asked for again at once; what fails all the same is left to the job's own attempts.</summary>
internal sealed class InvoiceConsumerDefinition : ConsumerDefinition<InvoiceConsumer>
{
    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<InvoiceConsumer> consumerConfigurator, IRegistrationContext context) =>
        endpointConfigurator.UseMessageRetry(retry =>
        {
            retry.Handle<TimeoutException>();
            retry.Interval(3, TimeSpan.FromMilliseconds(200));
        });
}
