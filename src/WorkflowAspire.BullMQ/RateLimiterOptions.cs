namespace WorkflowAspire.BullMQ;

/// <summary>A rate limit: BullMQ's <c>limiter</c> option.</summary>
/// <param name="Max">How many jobs may be taken within <paramref name="Duration"/>; at least 1.</param>
/// <param name="Duration">The period, which begins with the first job that is taken; to the millisecond, at least 1 of them.</param>
public sealed record RateLimiterOptions(int Max, TimeSpan Duration)
{
    internal void Validate(string parameterName)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Max, 1, $"{parameterName}.{nameof(Max)}");
        ArgumentOutOfRangeException.ThrowIfLessThan(Duration, TimeSpan.FromMilliseconds(1), $"{parameterName}.{nameof(Duration)}");
    }
}
