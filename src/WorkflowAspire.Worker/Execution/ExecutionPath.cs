namespace WorkflowAspire.Worker.Execution;

/// <summary>What is between the queue and the processor; what becomes of a run is the same.</summary>
internal enum ExecutionPath
{
    /// <summary>The queue library's worker calls the processor.</summary>
    Bare,

    /// <summary>A MassTransit consumer calls it, behind MassTransit's filters and observers.</summary>
    MassTransit,
}
