namespace WorkflowAspire.Workflows.Runs;

/// <summary>The right to write to a run, as long as no newer attempt has claimed it.</summary>
/// <param name="Run">The run as it was when it was claimed.</param>
/// <param name="Attempt">The attempt's number, which every write is checked against.</param>
public sealed record RunLease(WorkflowRun Run, int Attempt);
