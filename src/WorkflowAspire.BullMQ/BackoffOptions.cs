using System.Text.Json.Serialization;
using WorkflowAspire.BullMQ.Protocol;

namespace WorkflowAspire.BullMQ;

/// <summary>How long a job waits before its next attempt: BullMQ's <c>backoff</c> option.</summary>
/// <param name="Type"><c>fixed</c> or <c>exponential</c>.</param>
/// <param name="Delay">The wait (fixed), or the wait before the second attempt, which doubles with each further one (exponential); to the millisecond.</param>
[JsonConverter(typeof(BackoffConverter))]
public sealed record BackoffOptions(string Type, TimeSpan Delay)
{
    /// <summary>The part of the wait that is random, from 0 (none, the default) to 1 (anything between nothing and the whole wait).</summary>
    public double Jitter { get; init; }

    /// <summary>The same wait before each attempt.</summary>
    public static BackoffOptions Fixed(TimeSpan delay) => new("fixed", delay);

    /// <summary>A wait that doubles with each attempt.</summary>
    public static BackoffOptions Exponential(TimeSpan delay) => new("exponential", delay);

    /// <exception cref="ArgumentException">The type is empty, the delay negative, or the jitter not between 0 and 1.</exception>
    internal void Validate(string parameterName)
    {
        if (string.IsNullOrEmpty(Type)) throw new ArgumentException("backoff needs a type, for example fixed or exponential.", parameterName);
        ArgumentOutOfRangeException.ThrowIfLessThan(Delay, TimeSpan.Zero, parameterName);
        if (Jitter is < 0 or > 1 or double.NaN) throw new ArgumentOutOfRangeException(parameterName, Jitter, "jitter is between 0 and 1.");
    }

    /// <summary>The wait after the given number of failed attempts, or null for a type that is not known here.</summary>
    internal TimeSpan? WaitAfter(int attemptsMade, Random random)
    {
        double? longest = Type switch
        {
            "fixed" => Delay.TotalMilliseconds,
            // Capped where a TimeSpan ends, long after anyone waits for it.
            "exponential" => Math.Min(Math.Round(Math.Pow(2, attemptsMade - 1) * Delay.TotalMilliseconds), TimeSpan.FromDays(36_500).TotalMilliseconds),
            _ => null,
        };
        return longest is { } wait
            ? TimeSpan.FromMilliseconds(Jitter > 0 ? Math.Floor((random.NextDouble() * wait * Jitter) + (wait * (1 - Jitter))) : wait)
            : null;
    }
}
