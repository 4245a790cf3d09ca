using System.Text.Json.Nodes;

namespace WorkflowAspire.Interop.Tests.Differential;

internal partial interface IQueueActor
{
    /// <summary>A parent with the children a and b. Only Node's package makes flows; the worker may be either.</summary>
    Task AddFlowAsync(string childOptions);
}

internal sealed partial class NodeActor
{
    public Task AddFlowAsync(string childOptions) => _queue.AddFlowAsync(JsonNode.Parse(childOptions));
}

internal sealed partial class DotNetActor
{
    public Task AddFlowAsync(string childOptions) => _node.AddFlowAsync(JsonNode.Parse(childOptions));
}
