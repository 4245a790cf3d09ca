namespace WorkflowAspire.Workflows.Execution;

/// <summary>How a step is tried, with every default filled in.</summary>
internal readonly record struct StepPolicy(TimeSpan Timeout, int Attempts, TimeSpan RetryDelay, TimeSpan MaxRetryDelay)
{
    public static StepPolicy From(StepOptions? own, StepOptions defaults) => new(
        own?.Timeout ?? defaults.Timeout ?? TimeSpan.FromMinutes(2),
        own?.Attempts ?? defaults.Attempts ?? 3,
        own?.RetryDelay ?? defaults.RetryDelay ?? TimeSpan.FromSeconds(1),
        own?.MaxRetryDelay ?? defaults.MaxRetryDelay ?? TimeSpan.FromSeconds(30));
}
