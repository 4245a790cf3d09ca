using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace WorkflowAspire.Workflows;

/// <summary>How the steps of one kind are tried; configuration section <c>Workflows:Steps:{Kind}</c>. What is null is taken from <see cref="WorkflowOptions.Step"/>.</summary>
public sealed class StepKindOptions
{
    /// <inheritdoc cref="StepOptions.Timeout"/>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan? Timeout { get; set; }

    /// <inheritdoc cref="StepOptions.Attempts"/>
    [Range(1, 10)]
    public int? Attempts { get; set; }

    /// <inheritdoc cref="StepOptions.RetryDelay"/>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan? RetryDelay { get; set; }

    /// <inheritdoc cref="StepOptions.MaxRetryDelay"/>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:10:00")]
    public TimeSpan? MaxRetryDelay { get; set; }

    /// <summary>When an endpoint that fails is left alone for a while.</summary>
    [Required, ValidateObjectMembers]
    public CircuitBreakerOptions CircuitBreaker { get; set; } = new();

    /// <summary>How many steps call one endpoint at the same time.</summary>
    [Required, ValidateObjectMembers]
    public BulkheadOptions Bulkhead { get; set; } = new();
}

/// <summary>The options of each kind of step; configuration section <c>Workflows:Steps</c>.</summary>
public sealed class StepKindsOptions
{
    /// <summary>Steps of this process's code.</summary>
    [Required, ValidateObjectMembers]
    public StepKindOptions Code { get; set; } = new();

    /// <summary>Calls of HTTP services.</summary>
    [Required, ValidateObjectMembers]
    public StepKindOptions Http { get; set; } = new();

    /// <summary>Calls of large language models.</summary>
    [Required, ValidateObjectMembers]
    public StepKindOptions Llm { get; set; } = new();

    /// <summary>The options of a kind.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such kind.</exception>
    public StepKindOptions Of(StepKind kind) => kind switch
    {
        StepKind.Code => Code,
        StepKind.Http => Http,
        StepKind.Llm => Llm,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "A step is of kind Code, Http or Llm."),
    };
}
