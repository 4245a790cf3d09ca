namespace WorkflowAspire.BullMQ;

/// <summary>A page of a job's children.</summary>
/// <param name="Children">The children of the page; in no order, since Redis keeps none.</param>
/// <param name="Total">How many children of this kind the job has.</param>
public sealed record ChildrenPage(IReadOnlyList<FlowChild> Children, long Total);

/// <summary>A child of a job.</summary>
/// <param name="Key">Its full key, for example <c>bull:orders:1</c>.</param>
/// <param name="ReturnValue">What it returned, UTF-8 JSON; null for one that has not completed.</param>
/// <param name="Job">The child itself; null where it is gone, as a completed one that is not kept.</param>
public sealed record FlowChild(string Key, ReadOnlyMemory<byte>? ReturnValue, Job? Job);
