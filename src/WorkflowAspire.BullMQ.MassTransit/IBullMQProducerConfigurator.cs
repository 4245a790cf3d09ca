using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace WorkflowAspire.BullMQ.MassTransit;

/// <summary>How an <see cref="IBullMQProducer{T}"/> names and writes its jobs.</summary>
public interface IBullMQProducerConfigurator
{
    /// <summary>The name of jobs that are added without one.</summary>
    /// <value>Default: the name of the payload's type.</value>
    string JobName { set; }

    /// <summary>What jobs get that leave an option open; null for BullMQ's defaults.</summary>
    JobOptions? DefaultJobOptions { set; }

    /// <summary>How payloads are written.</summary>
    /// <value>Default <see cref="JsonSerializerOptions.Web"/>: camelCase.</value>
    JsonSerializerOptions JsonSerializerOptions { set; }

    /// <summary>How payloads are written, without reflection: a <see cref="JsonTypeInfo{T}"/> of the producer's type, from a source-generated context.</summary>
    JsonTypeInfo JsonTypeInfo { set; }
}
