using System.ComponentModel.DataAnnotations;

namespace WorkflowAspire.Worker.Fairness;

/// <summary>The limits of a tenant.</summary>
internal class TenantOptions
{
    /// <summary>Runs executed at the same time, over all workers.</summary>
    /// <value>Default null: unlimited.</value>
    [Range(1, 1_000_000)]
    public int? MaxConcurrentRuns { get; set; }

    /// <summary>Attempts of runs started in a second, over all workers, in the long run.</summary>
    /// <value>Default null: unlimited.</value>
    [Range(0.001, 1_000_000.0)]
    public double? RunsPerSecond { get; set; }

    /// <summary>How many may start at once after a pause.</summary>
    /// <value>Default null: as many as start in a second, at least 1.</value>
    [Range(1, 1_000_000)]
    public int? Burst { get; set; }
}
