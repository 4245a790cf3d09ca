using System.Text.Json.Nodes;

namespace WorkflowAspire.Interop.Tests.Differential;

internal partial interface IQueueActor
{
    /// <summary>Publishes a custom event.</summary>
    Task PublishEventAsync(string name, params (string Field, string Value)[] fields);
}

internal sealed partial class NodeActor
{
    public Task PublishEventAsync(string name, params (string Field, string Value)[] fields) => _queue.PublishAsync(
        new JsonObject([new("eventName", name), .. fields.Select(field => KeyValuePair.Create(field.Field, (JsonNode?)field.Value))]));
}

internal sealed partial class DotNetActor
{
    public Task PublishEventAsync(string name, params (string Field, string Value)[] fields) =>
        new QueueEventsProducer(_queue.Name, _redis).PublishEventAsync(name, fields.Select(field => KeyValuePair.Create(field.Field, field.Value)));
}
