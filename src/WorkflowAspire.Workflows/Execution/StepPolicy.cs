namespace WorkflowAspire.Workflows.Execution;

/// <summary>How a step is tried, with every default filled in.</summary>
internal readonly record struct StepPolicy(TimeSpan Timeout, int Attempts, TimeSpan RetryDelay, TimeSpan MaxRetryDelay)
{
    public static StepPolicy From(StepOptions? own, StepKindOptions ofKind, StepOptions defaults) => new(
        own?.Timeout ?? ofKind.Timeout ?? defaults.Timeout ?? TimeSpan.FromMinutes(2),
        own?.Attempts ?? ofKind.Attempts ?? defaults.Attempts ?? 3,
        own?.RetryDelay ?? ofKind.RetryDelay ?? defaults.RetryDelay ?? TimeSpan.FromSeconds(1),
        own?.MaxRetryDelay ?? ofKind.MaxRetryDelay ?? defaults.MaxRetryDelay ?? TimeSpan.FromSeconds(30));
}
