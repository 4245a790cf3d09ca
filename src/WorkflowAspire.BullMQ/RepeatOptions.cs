namespace WorkflowAspire.BullMQ;

/// <summary>When a job scheduler makes its jobs: BullMQ's repeat options. Either <see cref="Every"/> or <see cref="Pattern"/> is given.</summary>
public sealed record RepeatOptions
{
    /// <summary>The time from one job to the next, to the millisecond; null where a pattern is given. The first job comes at once.</summary>
    public TimeSpan? Every { get; init; }

    /// <summary>A cron pattern of five fields, or six with seconds in front; null where an interval is given.</summary>
    /// <remarks>
    /// The grammar is that of Node's package (cron-parser): lists, ranges and steps, names of months and weekdays, <c>L</c>, <c>5L</c>,
    /// <c>5#3</c>, <c>?</c>, <c>@daily</c> and the like; a day matches where the day of the month or the day of the week does, if both are
    /// given. Its <c>H</c>, a random value, is refused.
    /// </remarks>
    public string? Pattern { get; init; }

    /// <summary>The IANA time zone that the pattern is read in, for example <c>Europe/Berlin</c>; null for the process's own.</summary>
    public string? Tz { get; init; }

    /// <summary>How many jobs the scheduler makes at most; null for no limit.</summary>
    public int? Limit { get; init; }

    /// <summary>How many jobs count as made already, for <see cref="Limit"/>.</summary>
    public int Count { get; init; }

    /// <summary>No job comes before; null for no such time.</summary>
    public DateTimeOffset? StartDate { get; init; }

    /// <summary>No job is made after; null for no such time.</summary>
    public DateTimeOffset? EndDate { get; init; }

    /// <summary>Makes the first job of a pattern at once; the second comes when the pattern says. An interval begins at once anyway.</summary>
    public bool Immediately { get; init; }

    /// <summary>How long after the whole multiples of <see cref="Every"/> (since 1970) the jobs come; zero for whenever the first one did.</summary>
    public TimeSpan Offset { get; init; }

    /// <exception cref="ArgumentException">An option is missing, outside its range or contradicts another; the message names it.</exception>
    internal void Validate()
    {
        if (Every is null == string.IsNullOrEmpty(Pattern))
            throw new ArgumentException(Every is null ? "Either Every or Pattern is needed." : "Every and Pattern exclude each other; leave one out.", nameof(Every));
        if (Every is { } every) ArgumentOutOfRangeException.ThrowIfLessThan(every, TimeSpan.FromMilliseconds(1), nameof(Every));
        if (Limit is { } limit) ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1, nameof(Limit));
        ArgumentOutOfRangeException.ThrowIfNegative(Count);
        ArgumentOutOfRangeException.ThrowIfLessThan(Offset, TimeSpan.Zero);
        if (Immediately && StartDate is not null) throw new ArgumentException("Immediately and StartDate exclude each other; leave one out.", nameof(Immediately));
    }
}
