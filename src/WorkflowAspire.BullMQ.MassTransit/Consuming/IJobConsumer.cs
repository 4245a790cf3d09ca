using MassTransit.Transports;

namespace WorkflowAspire.BullMQ.MassTransit.Consuming;

/// <summary>Gives a job to the consumers of its queue.</summary>
internal interface IJobConsumer
{
    DeliveryMetrics Metrics { get; }

    /// <summary>One attempt.</summary>
    /// <returns>What the job returns.</returns>
    Task<ReadOnlyMemory<byte>> ConsumeAsync(BullMQJob job, CancellationToken cancellationToken);
}
