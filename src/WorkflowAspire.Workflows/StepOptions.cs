using System.ComponentModel.DataAnnotations;

namespace WorkflowAspire.Workflows;

/// <summary>How one step is tried. What is null is taken from its kind (<see cref="WorkflowOptions.Steps"/>), then from <see cref="WorkflowOptions.Step"/>.</summary>
public sealed record StepOptions
{
    /// <summary>What the step does, which decides its defaults.</summary>
    /// <value>Default <see cref="StepKind.Code"/>.</value>
    public StepKind Kind { get; init; }

    /// <summary>What the step calls, for example a host name: steps with the same endpoint share a circuit breaker and a bulkhead.</summary>
    /// <value>Default null: none of these.</value>
    public string? Endpoint { get; init; }

    /// <summary>Whether that circuit breaker and bulkhead are the run's tenant's alone, because what fails there may be its own doing.</summary>
    /// <value>Default false: the runs of all tenants share them.</value>
    public bool PerTenant { get; init; }

    /// <summary>How long one try may take.</summary>
    /// <value>Default 2 minutes, well below the lock duration of a job (5 minutes).</value>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan? Timeout { get; init; }

    /// <summary>How often the step is tried within one attempt of the run.</summary>
    /// <value>Default 3; 1 means no second try.</value>
    [Range(1, 10)]
    public int? Attempts { get; init; }

    /// <summary>The wait before the second try; it doubles with each further one, with jitter.</summary>
    /// <value>Default 1 second.</value>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan? RetryDelay { get; init; }

    /// <summary>The longest wait between two tries, also where an endpoint asks for a longer one.</summary>
    /// <value>Default 30 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:10:00")]
    public TimeSpan? MaxRetryDelay { get; init; }
}
