using System.Diagnostics;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Worker.Execution;

/// <summary>An attempt whose job this worker has.</summary>
/// <param name="Lease">Its right to write to the run.</param>
/// <param name="Trace">Where what is recorded of its end belongs.</param>
internal sealed record HeldAttempt(RunLease Lease, ActivityContext Trace);
