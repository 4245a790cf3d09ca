using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace WorkflowAspire.BullMQ;

/// <summary>What each job of a scheduler is like.</summary>
public sealed record JobSchedulerTemplate
{
    /// <summary>The jobs' name; null for the scheduler's id.</summary>
    public string? Name { get; init; }

    /// <summary>The jobs' payload, UTF-8 JSON; null for an empty object.</summary>
    public ReadOnlyMemory<byte>? Data { get; init; }

    /// <summary>The jobs' options; null for the queue's defaults. The scheduler chooses id and delay.</summary>
    public JobOptions? Options { get; init; }

    /// <summary>A template with a payload of a type.</summary>
    /// <param name="name">The jobs' name.</param>
    /// <param name="data">The payload.</param>
    /// <param name="typeInfo">How the payload is written as JSON.</param>
    /// <param name="options">The jobs' options; null for the queue's defaults.</param>
    public static JobSchedulerTemplate Of<T>(string name, T data, JsonTypeInfo<T> typeInfo, JobOptions? options = null) =>
        new() { Name = name, Data = JsonSerializer.SerializeToUtf8Bytes(data, typeInfo), Options = options };
}
