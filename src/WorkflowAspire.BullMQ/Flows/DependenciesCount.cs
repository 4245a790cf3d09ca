namespace WorkflowAspire.BullMQ;

/// <summary>How many children a job has of each kind.</summary>
/// <param name="Processed">Children that completed.</param>
/// <param name="Unprocessed">Children that the job waits for.</param>
/// <param name="Ignored">Children that failed and that the job goes on without.</param>
/// <param name="Failed">Children that failed and fail the job.</param>
public sealed record DependenciesCount(long Processed, long Unprocessed, long Ignored, long Failed);
