using MassTransit.Transports;

namespace WorkflowAspire.BullMQ.MassTransit;

/// <summary>One queue of the rider's, built.</summary>
internal sealed record QueueEndpoint(string QueueName, ReceiveEndpoint Endpoint);
