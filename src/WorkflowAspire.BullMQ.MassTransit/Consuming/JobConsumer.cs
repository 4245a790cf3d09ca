using System.Runtime.ExceptionServices;
using System.Text.Json.Serialization.Metadata;
using MassTransit;
using MassTransit.Context;
using MassTransit.Transports;

namespace WorkflowAspire.BullMQ.MassTransit.Consuming;

/// <summary>Sends a job through the endpoint's pipe, as MassTransit's transports do with a message.</summary>
internal sealed class JobConsumer<T>(QueueEndpointContext endpoint, string queueName, JsonTypeInfo<T> typeInfo) : IJobConsumer
    where T : class
{
    private readonly IReceivePipeDispatcher _dispatcher = endpoint.CreateReceivePipeDispatcher();
    private readonly JobPayload<T> _payload = new(queueName, typeInfo);

    public DeliveryMetrics Metrics => _dispatcher.GetMetrics();

    public async Task<ReadOnlyMemory<byte>> ConsumeAsync(BullMQJob job, CancellationToken cancellationToken)
    {
        using var context = new JobReceiveContext<T>(job, _payload, endpoint, cancellationToken);
        try
        {
            await _dispatcher.Dispatch(context, NoLockReceiveContext.Instance).ConfigureAwait(false);
        }
        catch (ConsumerCanceledException) when (job is { Moved: null, Thrown: { } thrown })
        {
            // MassTransit's own exception doesn't tell which one it replaces.
            ExceptionDispatchInfo.Throw(thrown);
        }
        catch (Exception error) when (error.GetBaseException() is ConcealedError && job is { Moved: null, Thrown: { } thrown })
        {
            ExceptionDispatchInfo.Throw(thrown);
        }
        catch when (job.Moved is not null)
        {
            // The job is elsewhere by now, whatever its consumer threw after that; MassTransit has logged it.
        }

        if (job.Moved is { } moved) throw moved;
        return job.Result;
    }
}
