using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using WorkflowAspire.BullMQ.MassTransit.Configuration;

namespace WorkflowAspire.BullMQ.MassTransit.Producing;

/// <summary>What a producer was configured with.</summary>
internal sealed class ProducerSettings<T>(string queueName) : IBullMQProducerConfigurator
    where T : class
{
    public string QueueName => queueName;

    public string JobName { get; set; } = typeof(T).Name;

    public JobOptions? DefaultJobOptions { get; set; }

    public JsonTypeInfo<T> TypeInfo { get; private set; } = PayloadJson.TypeInfoOf<T>(JsonSerializerOptions.Web);

    public JsonSerializerOptions JsonSerializerOptions
    {
        set => TypeInfo = PayloadJson.TypeInfoOf<T>(value);
    }

    public JsonTypeInfo JsonTypeInfo
    {
        set => TypeInfo = PayloadJson.TypeInfoOf<T>(value, queueName);
    }

    public static ProducerSettings<T> Of(string queueName, Action<IBullMQProducerConfigurator>? configure)
    {
        ArgumentException.ThrowIfNullOrEmpty(queueName);
        var settings = new ProducerSettings<T>(queueName);
        configure?.Invoke(settings);
        return settings;
    }
}
