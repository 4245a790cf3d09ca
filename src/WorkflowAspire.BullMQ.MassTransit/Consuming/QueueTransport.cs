using MassTransit;
using MassTransit.Transports;

namespace WorkflowAspire.BullMQ.MassTransit.Consuming;

/// <summary>Starts and stops what receives a queue's jobs with its endpoint, and tells MassTransit of it.</summary>
internal sealed class QueueTransport(QueueEndpointContext context, IQueueReceiver receiver) : IReceiveTransport
{
    public ReceiveTransportHandle Start() => new QueueTransportHandle(context, receiver);

    public ConnectHandle ConnectReceiveObserver(IReceiveObserver observer) => context.ConnectReceiveObserver(observer);

    public ConnectHandle ConnectPublishObserver(IPublishObserver observer) => context.ConnectPublishObserver(observer);

    public ConnectHandle ConnectSendObserver(ISendObserver observer) => context.ConnectSendObserver(observer);

    public ConnectHandle ConnectReceiveTransportObserver(IReceiveTransportObserver observer) => context.ConnectReceiveTransportObserver(observer);

    public void Probe(ProbeContext context) => context.CreateScope("receiveTransport").Add("type", "BullMQ");
}
