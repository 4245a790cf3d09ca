namespace WorkflowAspire.Workflows.Runs;

/// <summary>What a batch of the retention has deleted.</summary>
/// <param name="Count">How many runs.</param>
/// <param name="NewestCreatedAt">When the newest of them was accepted, which is where the next batch goes on; null for none.</param>
public sealed record DeletedRuns(int Count, DateTimeOffset? NewestCreatedAt);
