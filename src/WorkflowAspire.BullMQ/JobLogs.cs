namespace WorkflowAspire.BullMQ;

/// <summary>Rows of a job's log.</summary>
/// <param name="Rows">The rows that were asked for.</param>
/// <param name="Count">How many rows the job has in all.</param>
public sealed record JobLogs(IReadOnlyList<string> Rows, long Count);
