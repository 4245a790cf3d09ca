namespace WorkflowAspire.BullMQ;

/// <summary>How long a worker's counts of finished jobs reach back: BullMQ's <c>metrics</c> option.</summary>
/// <param name="MaxDataPoints">How many minutes are kept, the newest; at least 1.</param>
public sealed record MetricsOptions(int MaxDataPoints)
{
    /// <summary>An hour.</summary>
    public static MetricsOptions OneHour { get; } = new(60);

    /// <summary>A day.</summary>
    public static MetricsOptions OneDay { get; } = new(60 * 24);

    /// <summary>Two weeks.</summary>
    public static MetricsOptions TwoWeeks { get; } = new(60 * 24 * 14);
}
