using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using MassTransit;
using MassTransit.Serialization.JsonConverters;

namespace WorkflowAspire.BullMQ.MassTransit.Configuration;

/// <summary>How payloads of a type are read and written; found once for an endpoint or a producer.</summary>
internal static class PayloadJson
{
    public static JsonTypeInfo<T> TypeInfoOf<T>(JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        // MassTransit makes a class for a message that is an interface.
        if (typeof(T).IsInterface) options = new JsonSerializerOptions(options) { Converters = { new SystemTextJsonConverterFactory() } };
        options.MakeReadOnly(populateMissingResolver: true);
        return (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
    }

    public static JsonTypeInfo<T> TypeInfoOf<T>(JsonTypeInfo typeInfo, string queueName)
    {
        ArgumentNullException.ThrowIfNull(typeInfo);
        return typeInfo as JsonTypeInfo<T> ?? throw new ConfigurationException(
            $"The payload of queue '{queueName}' is {typeof(T)}, and the JsonTypeInfo that was given is for {typeInfo.Type}.");
    }
}
