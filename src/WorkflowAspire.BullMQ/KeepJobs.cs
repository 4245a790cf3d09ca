using System.Text.Json.Serialization;
using WorkflowAspire.BullMQ.Protocol;

namespace WorkflowAspire.BullMQ;

/// <summary>Which finished jobs a queue keeps: BullMQ's <c>removeOnComplete</c> and <c>removeOnFail</c> (boolean, number or object).</summary>
[JsonConverter(typeof(KeepJobsConverter))]
public readonly record struct KeepJobs
{
    /// <summary>How many the queue keeps; -1 for all of them.</summary>
    public int MaxCount { get; private init; }

    /// <summary>How long the queue keeps them, to the second; null for ever.</summary>
    public TimeSpan? MaxAge { get; private init; }

    /// <summary>How many old jobs at most are removed when one job finishes; null for BullMQ's default of 1000.</summary>
    public int? RemovalLimit { get; init; }

    /// <summary>Keeps every job: <c>false</c> in BullMQ's options.</summary>
    public static KeepJobs All { get; } = new() { MaxCount = -1 };

    /// <summary>Keeps none: <c>true</c> in BullMQ's options.</summary>
    public static KeepJobs None { get; }

    /// <summary>Keeps the newest <paramref name="count"/> jobs.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative.</exception>
    public static KeepJobs Count(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return new() { MaxCount = count };
    }

    /// <summary>Keeps jobs that finished within <paramref name="age"/>, and no more than <paramref name="count"/> where it is given.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The age or the count is negative.</exception>
    public static KeepJobs Age(TimeSpan age, int? count = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(age, TimeSpan.Zero);
        if (count is { } given) ArgumentOutOfRangeException.ThrowIfNegative(given, nameof(count));
        return new() { MaxCount = count ?? -1, MaxAge = age };
    }

    /// <exception cref="ArgumentOutOfRangeException">The removal limit is less than 1.</exception>
    internal void Validate(string parameterName)
    {
        if (RemovalLimit is < 1) throw new ArgumentOutOfRangeException(parameterName, RemovalLimit, "limit, how many old jobs go at once, is at least 1.");
    }
}
