namespace WorkflowAspire.BullMQ;

/// <summary>How many jobs of a queue completed or failed, minute by minute.</summary>
/// <param name="Count">How many have in all, since workers began to count.</param>
/// <param name="PreviousTimestamp">When the newest data point was written, or the counting began; null where nothing was counted.</param>
/// <param name="PreviousCount">The value of <paramref name="Count"/> up to the newest data point.</param>
/// <param name="Data">The asked data points, newest first: how many jobs finished in each minute. The minute that runs is not among them.</param>
/// <param name="DataPoints">How many data points there are.</param>
public sealed record QueueMetrics(long Count, DateTimeOffset? PreviousTimestamp, long PreviousCount, IReadOnlyList<long> Data, long DataPoints);
