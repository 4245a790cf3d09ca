using MassTransit;
using MassTransit.Transports;

namespace WorkflowAspire.BullMQ.MassTransit.Consuming;

/// <summary>Starts and stops a queue's worker with its endpoint, and tells MassTransit of it.</summary>
internal sealed class QueueTransport(QueueEndpointContext context, QueueWorker worker) : IReceiveTransport
{
    public ReceiveTransportHandle Start() => new QueueTransportHandle(context, worker);

    public ConnectHandle ConnectReceiveObserver(IReceiveObserver observer) => context.ConnectReceiveObserver(observer);

    public ConnectHandle ConnectPublishObserver(IPublishObserver observer) => context.ConnectPublishObserver(observer);

    public ConnectHandle ConnectSendObserver(ISendObserver observer) => context.ConnectSendObserver(observer);

    public ConnectHandle ConnectReceiveTransportObserver(IReceiveTransportObserver observer) => context.ConnectReceiveTransportObserver(observer);

    public void Probe(ProbeContext context) => context.CreateScope("receiveTransport").Add("type", "BullMQ");
}
