using System.ComponentModel.DataAnnotations;

namespace WorkflowAspire.Workflows;

/// <summary>When an endpoint that fails is left alone for a while, by all runs of the process.</summary>
public sealed class CircuitBreakerOptions
{
    /// <summary>The share of failed tries that opens the circuit.</summary>
    /// <value>Default 0.5.</value>
    [Range(0.01, 1.0)]
    public double FailureRatio { get; set; } = 0.5;

    /// <summary>The circuit stays closed while there were fewer tries than this in <see cref="SamplingDuration"/>.</summary>
    /// <value>Default 10.</value>
    [Range(2, 100_000)]
    public int MinimumThroughput { get; set; } = 10;

    /// <summary>The time over which tries are counted.</summary>
    /// <value>Default 30 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.500", "1.00:00:00")]
    public TimeSpan SamplingDuration { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an open circuit refuses every try; then a single one decides.</summary>
    /// <value>Default 5 seconds, not longer than the wait before a job's second attempt: a refused run should meet a circuit that lets it try.</value>
    [Range(typeof(TimeSpan), "00:00:00.500", "1.00:00:00")]
    public TimeSpan BreakDuration { get; set; } = TimeSpan.FromSeconds(5);
}
