using System.ComponentModel.DataAnnotations;

namespace WorkflowAspire.Workflows;

/// <summary>How many steps of the process call one endpoint at the same time.</summary>
public sealed class BulkheadOptions
{
    /// <summary>Tries under way at the same time.</summary>
    /// <value>Default 100.</value>
    [Range(1, 100_000)]
    public int MaxConcurrent { get; set; } = 100;

    /// <summary>Tries that wait for one under way to end; one more fails, and is tried again after the step's wait.</summary>
    /// <value>Default 1000. A try that waits keeps its worker's slot; the timeout begins when it starts.</value>
    [Range(0, 1_000_000)]
    public int MaxQueued { get; set; } = 1000;
}
