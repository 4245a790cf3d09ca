using MassTransit;
using MassTransit.Configuration;
using MassTransit.DependencyInjection;

namespace WorkflowAspire.BullMQ.MassTransit.Configuration;

/// <summary>Makes the rider when the container builds the bus.</summary>
internal sealed class BullMQRiderFactory(Action<IRiderRegistrationContext, IBullMQFactoryConfigurator> configure, BullMQHost host) : IRegistrationRiderFactory<BullMQRider>
{
    public IBusInstanceSpecification CreateRider(IRiderRegistrationContext context)
    {
        var configurator = new BullMQFactoryConfigurator(host, context);
        configure(context, configurator);
        host.CompleteFrom(context);
        return configurator;
    }
}
