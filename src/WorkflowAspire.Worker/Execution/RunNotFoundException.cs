namespace WorkflowAspire.Worker.Execution;

/// <summary>A job names a run that the store doesn't have; its producer may still be about to write it.</summary>
internal sealed class RunNotFoundException(Guid runId, Guid tenantId)
    : Exception($"Workflow run {runId} of tenant {tenantId} not found; it was deleted before it was processed, or never written.");
