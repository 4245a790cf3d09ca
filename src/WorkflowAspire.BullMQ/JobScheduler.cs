namespace WorkflowAspire.BullMQ;

/// <summary>A job scheduler as it was when it was read.</summary>
public sealed record JobScheduler
{
    /// <summary>The scheduler's id.</summary>
    public required string Key { get; init; }

    /// <summary>The name of its jobs.</summary>
    public required string Name { get; init; }

    /// <summary>When the last job that it made is due; it makes the next one when a worker takes that.</summary>
    public DateTimeOffset Next { get; init; }

    /// <summary>How many jobs it has made; null for a repeatable job of BullMQ 5, which doesn't count them here.</summary>
    public int? IterationCount { get; init; }

    /// <summary>How many jobs it makes at most; null for no limit.</summary>
    public int? Limit { get; init; }

    /// <summary>No job comes before; null for no such time.</summary>
    public DateTimeOffset? StartDate { get; init; }

    /// <summary>No job is made after; null for no such time.</summary>
    public DateTimeOffset? EndDate { get; init; }

    /// <summary>The time zone of the pattern; null for that of the process which reads it.</summary>
    public string? Tz { get; init; }

    /// <summary>The cron pattern; null where there is an interval.</summary>
    public string? Pattern { get; init; }

    /// <summary>The time from one job to the next; null where there is a pattern.</summary>
    public TimeSpan? Every { get; init; }

    /// <summary>How long after the whole multiples of <see cref="Every"/> (since 1970) the jobs come.</summary>
    public TimeSpan Offset { get; init; }

    /// <summary>
    /// Whether it is a repeatable job of the format before job schedulers, of which the queue has a key that says all (<c>name:id:endDate:tz:pattern</c>)
    /// and nothing else. Workers of BullMQ 6 and of this library make no further job of it: make a scheduler, and remove this one.
    /// </summary>
    public bool IsOldFormat { get; init; }

    /// <summary>What its jobs are like.</summary>
    public required JobSchedulerTemplate Template { get; init; }
}
