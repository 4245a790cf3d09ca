namespace WorkflowAspire.Workflows;

/// <summary>What a step does; each kind has its own defaults of timeout, retry, circuit breaker and bulkhead.</summary>
public enum StepKind
{
    /// <summary>Code of this process.</summary>
    Code,

    /// <summary>A call of an HTTP service.</summary>
    Http,

    /// <summary>A call of a large language model.</summary>
    Llm,
}
