using System.Diagnostics.CodeAnalysis;
using WorkflowAspire.BullMQ.MassTransit;

namespace MassTransit;

/// <summary>What a consumer can find out and say about the job that its message is.</summary>
public static class BullMQConsumeContextExtensions
{
    /// <summary>The job that is being consumed.</summary>
    /// <exception cref="PayloadNotFoundException">The message did not come from a BullMQ queue.</exception>
    public static BullMQJob GetBullMQJob(this ConsumeContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.TryGetPayload(out BullMQJob? job) ? job : throw new PayloadNotFoundException(
            $"Message {context.MessageId} from {context.ReceiveContext.InputAddress} is no BullMQ job; ask with {nameof(TryGetBullMQJob)} where a consumer serves other transports too.");
    }

    /// <summary>The job that is being consumed, if the message came from a BullMQ queue.</summary>
    public static bool TryGetBullMQJob(this ConsumeContext context, [NotNullWhen(true)] out BullMQJob? job)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.TryGetPayload(out job);
    }
}
