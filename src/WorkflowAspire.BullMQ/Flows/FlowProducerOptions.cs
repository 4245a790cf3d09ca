namespace WorkflowAspire.BullMQ;

/// <summary>How a <see cref="FlowProducer"/> finds its queues.</summary>
public sealed record FlowProducerOptions
{
    /// <summary>What the keys of all queues begin with whose jobs don't say otherwise. In a Redis Cluster put a hash tag in it, for example <c>{bull}</c>.</summary>
    /// <value>Default <c>bull</c>.</value>
    public string Prefix { get; init; } = "bull";
}
