using System.Diagnostics.CodeAnalysis;
using MassTransit;
using MassTransit.Context;
using MassTransit.Metadata;
using MassTransit.Serialization;

namespace WorkflowAspire.BullMQ.MassTransit.Consuming;

/// <summary>A job's payload as MassTransit's message. BullMQ has no envelope, so what an envelope says comes from the job.</summary>
internal sealed class JobConsumeContext<T>(ReceiveContext receiveContext, Job job, T message) : DeserializerConsumeContext(receiveContext, new JobSerializerContext(receiveContext))
    where T : class
{
    private Guid? _messageId;
    private ConsumeContext<T>? _message;

    public override Guid? MessageId => _messageId ??= JobMessageId.Of(ReceiveContext.InputAddress, job.Id);

    public override Guid? RequestId => null;

    public override Guid? CorrelationId => (message as CorrelatedBy<Guid>)?.CorrelationId;

    // A job begins a conversation: what its consumer publishes belongs to it.
    public override Guid? ConversationId => MessageId;

    public override Guid? InitiatorId => null;

    public override DateTime? ExpirationTime => null;

    public override Uri SourceAddress => ReceiveContext.InputAddress;

    public override Uri DestinationAddress => ReceiveContext.InputAddress;

    public override Uri ResponseAddress => null!;

    public override Uri FaultAddress => null!;

    public override DateTime? SentTime => job.Timestamp.UtcDateTime;

    public override Headers Headers => EmptyHeaders.Instance;

    public override HostInfo Host => HostMetadataCache.Empty;

    public override IEnumerable<string> SupportedMessageTypes => MessageTypeCache<T>.MessageTypeNames;

    public override bool HasMessageType(Type messageType) => messageType.IsInstanceOfType(message);

    public override bool TryGetMessage<TMessage>([NotNullWhen(true)] out ConsumeContext<TMessage>? consumeContext)
        where TMessage : class
    {
        consumeContext = typeof(TMessage) == typeof(T)
            ? (_message ??= new MessageConsumeContext<T>(this, message)) as ConsumeContext<TMessage>
            : message is TMessage other ? new MessageConsumeContext<TMessage>(this, other) : null;
        return consumeContext is not null;
    }

    protected override Task GenerateFault<TMessage>(ConsumeContext<TMessage> context, Exception exception) =>
        Outcome.IsMoved(exception) ? Task.CompletedTask : base.GenerateFault(context, exception);
}
