using StackExchange.Redis;

namespace WorkflowAspire.Interop.Tests.Differential;

/// <summary>What a scenario does with a queue; one implementation drives Node's package, the other ours. Each area has a file of its own.</summary>
internal partial interface IQueueActor;

/// <param name="queue">The queue, in the Node process.</param>
internal sealed partial class NodeActor(NodeQueue queue) : IQueueActor
{
    private readonly NodeQueue _queue = queue;
}

/// <param name="queue">The queue.</param>
/// <param name="node">The same queue in the Node process, for what only Node's package does.</param>
/// <param name="redis">The connection.</param>
internal sealed partial class DotNetActor(Queue queue, NodeQueue node, IConnectionMultiplexer redis) : IQueueActor
{
    private readonly Queue _queue = queue;
    private readonly NodeQueue _node = node;
    private readonly IConnectionMultiplexer _redis = redis;
}
