namespace WorkflowAspire.BullMQ;

/// <summary>A worker that is connected to Redis for a queue, as Node's <c>getWorkers</c> sees it.</summary>
/// <param name="Id">The id of its connection.</param>
/// <param name="Name">The worker's name; null where it has none.</param>
/// <param name="Address">From where it is connected.</param>
/// <param name="Age">How long it has been connected, to the second.</param>
/// <param name="Idle">How long ago its connection was last used, to the second.</param>
public sealed record WorkerInfo(string Id, string? Name, string Address, TimeSpan Age, TimeSpan Idle);
