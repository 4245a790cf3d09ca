namespace WorkflowAspire.BullMQ.Scheduling;

/// <summary>When a scheduler's next job is due, if any: what Node's package decides before it calls its scripts.</summary>
internal static class NextTime
{
    /// <summary>False where no job is to follow. A due time is found for a pattern only; that of an interval is the script's to find.</summary>
    /// <param name="options">The options, of which <see cref="RepeatOptions.Count"/> jobs are made.</param>
    /// <param name="previous">The due time of the job before; null for a first job.</param>
    /// <param name="now">Now.</param>
    /// <param name="local">The time zone of patterns that name none.</param>
    /// <param name="due">The due time of a pattern, else null.</param>
    /// <exception cref="FormatException">The pattern is none.</exception>
    /// <exception cref="TimeZoneNotFoundException">The time zone is not known on this machine.</exception>
    public static bool TryFind(RepeatOptions options, DateTimeOffset? previous, DateTimeOffset now, TimeZoneInfo local, out DateTimeOffset? due)
    {
        due = null;
        if (options.Count >= options.Limit || now > options.EndDate) return false;
        if (options.Pattern is not { } text) return options.Every is not null;

        var pattern = CronPattern.Parse(text);
        var after = previous > now ? previous.Value : now;
        if (options.Immediately)
        {
            due = after;
            return true;
        }

        due = pattern.Next(options.StartDate > after ? options.StartDate.Value : after, options.Tz is { } tz ? TimeZoneInfo.FindSystemTimeZoneById(tz) : local);
        return due is { } found && !(found > options.EndDate);
    }
}
