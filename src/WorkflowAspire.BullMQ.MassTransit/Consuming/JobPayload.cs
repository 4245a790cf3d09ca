using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace WorkflowAspire.BullMQ.MassTransit.Consuming;

/// <summary>Reads the payloads of a queue.</summary>
internal sealed class JobPayload<T>(string queueName, JsonTypeInfo<T> typeInfo)
    where T : class
{
    /// <exception cref="UnrecoverableError">The payload is no such JSON. It will be none at the next attempt either.</exception>
    public T Read(Job job)
    {
        T? payload;
        try
        {
            payload = JsonSerializer.Deserialize(job.Data.Span, typeInfo);
        }
        catch (Exception error)
        {
            // Whether it is JSON or what a constructor, a setter or a converter of the type makes of it: the payload stays the same.
            throw new UnrecoverableError($"The payload of job {job.Id} in queue '{queueName}' can't be read as {typeof(T)}: {error.Message}", error);
        }

        return payload ?? throw new UnrecoverableError($"The payload of job {job.Id} in queue '{queueName}' is null, and {typeof(T)} was expected.");
    }
}
