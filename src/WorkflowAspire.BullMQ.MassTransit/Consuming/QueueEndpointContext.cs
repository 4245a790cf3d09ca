using MassTransit;
using MassTransit.Configuration;
using MassTransit.Transports;

namespace WorkflowAspire.BullMQ.MassTransit.Consuming;

/// <summary>What all messages of a queue share. What consumers publish and send goes through the bus.</summary>
internal sealed class QueueEndpointContext(IBusInstance bus, IReceiveEndpointConfiguration configuration) : BaseReceiveEndpointContext(bus.HostConfiguration, configuration)
{
    // The worker ends its consumers itself.
    public override void AddSendAgent(IAgent agent)
    {
    }

    public override void AddConsumeAgent(IAgent agent)
    {
    }

    public override Exception ConvertException(Exception exception, string message) => new ConnectionException(message, exception);

    protected override ISendTransportProvider CreateSendTransportProvider() => throw NoTransport();

    protected override IPublishTransportProvider CreatePublishTransportProvider() => throw NoTransport();

    protected override IPublishEndpointProvider CreatePublishEndpointProvider() => bus.Bus;

    protected override ISendEndpointProvider CreateSendEndpointProvider() => bus.Bus;

    private NotSupportedException NoTransport() => new($"{InputAddress} is no transport of the bus; add jobs with {nameof(IBullMQProducer<>)}.");
}
