namespace WorkflowAspire.BullMQ;

// The queue as a place of parents and children.
public sealed partial class Queue
{
    /// <summary>The queue's name with its prefix, for example <c>bull:orders</c>: how <see cref="ParentOptions"/> name it.</summary>
    public string QualifiedName => _keys.QualifiedName;

    private void CheckParent(JobOptions options)
    {
        if (options.Parent is { } parent) SameSlot.Demand(_redis, parent.Queue, QualifiedName);
    }
}
