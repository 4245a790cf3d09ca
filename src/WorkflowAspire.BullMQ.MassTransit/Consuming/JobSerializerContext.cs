using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using MassTransit;
using MassTransit.Serialization;

namespace WorkflowAspire.BullMQ.MassTransit.Consuming;

/// <summary>For whoever forwards a job's message or reads it as another type: MassTransit's raw JSON, made when it is first asked for.</summary>
internal sealed class JobSerializerContext(ReceiveContext receiveContext) : SerializerContext
{
    private static readonly SystemTextJsonRawMessageSerializer Raw = new(RawSerializerOptions.AnyMessageType);

    private SerializerContext Json => field ??= Raw.Deserialize(receiveContext.Body, receiveContext.TransportHeaders, receiveContext.InputAddress);

    public Guid? MessageId => Json.MessageId;

    public Guid? RequestId => Json.RequestId;

    public Guid? CorrelationId => Json.CorrelationId;

    public Guid? ConversationId => Json.ConversationId;

    public Guid? InitiatorId => Json.InitiatorId;

    public DateTime? ExpirationTime => Json.ExpirationTime;

    public Uri? SourceAddress => Json.SourceAddress;

    public Uri? DestinationAddress => Json.DestinationAddress;

    public Uri? ResponseAddress => Json.ResponseAddress;

    public Uri? FaultAddress => Json.FaultAddress;

    public DateTime? SentTime => Json.SentTime;

    public Headers Headers => Json.Headers;

    public HostInfo Host => Json.Host;

    public string[] SupportedMessageTypes => Json.SupportedMessageTypes;

    public bool IsSupportedMessageType<T>()
        where T : class => Json.IsSupportedMessageType<T>();

    public bool IsSupportedMessageType(Type messageType) => Json.IsSupportedMessageType(messageType);

    public bool TryGetMessage<T>(out T? message)
        where T : class => Json.TryGetMessage(out message);

    public bool TryGetMessage(Type messageType, [NotNullWhen(true)] out object? message) => Json.TryGetMessage(messageType, out message);

    // Whoever gets a forwarded job expects MassTransit's envelope.
    public IMessageSerializer GetMessageSerializer()
    {
        using var body = JsonDocument.Parse(receiveContext.Body.GetBytes());
        return receiveContext.TryGetPayload(out ConsumeContext? context)
            ? new SystemTextJsonBodyMessageSerializer(new JsonMessageEnvelope(context, body.RootElement.Clone(), [.. context.SupportedMessageTypes]),
                SystemTextJsonMessageSerializer.JsonContentType, SystemTextJsonMessageSerializer.Options)
            : Json.GetMessageSerializer();
    }

    public IMessageSerializer GetMessageSerializer<T>(MessageEnvelope envelope, T message)
        where T : class => Json.GetMessageSerializer(envelope, message);

    public IMessageSerializer GetMessageSerializer(object message, string[] messageTypes) => Json.GetMessageSerializer(message, messageTypes);

    public Dictionary<string, object> ToDictionary<T>(T? message)
        where T : class => Json.ToDictionary(message);

    public T? DeserializeObject<T>(object? value, T? defaultValue = null)
        where T : class => Json.DeserializeObject(value, defaultValue);

    public T? DeserializeObject<T>(object? value, T? defaultValue = null)
        where T : struct => Json.DeserializeObject(value, defaultValue);

    public MessageBody SerializeObject(object? value) => Json.SerializeObject(value);
}
