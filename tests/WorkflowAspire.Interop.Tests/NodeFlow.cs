using System.Text.Json.Nodes;

namespace WorkflowAspire.Interop.Tests;

/// <summary>A flow as a Node program would write it. Its queues are named by what stands behind <c>name</c>.</summary>
internal static class NodeFlow
{
    public static JsonObject Of(FlowJob job, string name)
    {
        var node = new JsonObject
        {
            ["name"] = job.Name,
            ["queueName"] = name + job.QueueName,
            ["data"] = job.Data.IsEmpty ? new JsonObject() : JsonNode.Parse(job.Data.Span),
        };
        if (job.Options is { } options) node["opts"] = NodeOptions.Of(options);
        if (job.Prefix is { } prefix) node["prefix"] = prefix;
        if (job.Children.Count > 0) node["children"] = new JsonArray([.. job.Children.Select(child => (JsonNode)Of(child, name))]);
        return node;
    }

    public static JsonObject Of(FlowOptions options, string name) => new()
    {
        ["queuesOptions"] = new JsonObject(options.QueuesOptions.Select(queue =>
            KeyValuePair.Create(name + queue.Key, (JsonNode?)new JsonObject { ["defaultJobOptions"] = NodeOptions.Of(queue.Value) }))),
    };

    /// <summary>What is refused leaves a state that can be compared all the same; Node is silent about some of it.</summary>
    public static async Task IgnoringRefusalsAsync(Func<Task> add)
    {
        try
        {
            await add();
        }
        catch (InvalidOperationException)
        {
        }
    }
}
