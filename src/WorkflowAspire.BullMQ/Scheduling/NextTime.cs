namespace WorkflowAspire.BullMQ.Scheduling;

/// <summary>When a scheduler's next job is due, if any: what Node's package decides before it calls its scripts.</summary>
internal static class NextTime
{
    /// <summary>Whether a job is to follow, and when. A due time is found for a pattern only; that of an interval is the script's to find.</summary>
    /// <param name="options">The options, of which <see cref="RepeatOptions.Count"/> jobs are made.</param>
    /// <param name="jobName">The jobs' name.</param>
    /// <param name="previous">The due time of the job before; null for a first job.</param>
    /// <param name="now">Now.</param>
    /// <param name="local">The time zone of patterns that name none.</param>
    /// <param name="strategy">What reads patterns of the program's own kind; null for cron.</param>
    /// <exception cref="FormatException">The pattern is none.</exception>
    /// <exception cref="TimeZoneNotFoundException">The time zone is not known on this machine.</exception>
    public static async ValueTask<(bool Follows, DateTimeOffset? Due)> FindAsync(
        RepeatOptions options, string jobName, DateTimeOffset? previous, DateTimeOffset now, TimeZoneInfo local, RepeatStrategy? strategy)
    {
        if (options.Count >= options.Limit || now > options.EndDate) return (false, null);
        if (options.Pattern is not { } text) return (options.Every is not null, null);

        var after = previous > now ? previous.Value : now;
        if (strategy is null) return Cron(options, text, after, local);
        var own = await strategy(after, options, jobName).ConfigureAwait(false);
        return (own is not null, own < after ? after : own);
    }

    private static (bool Follows, DateTimeOffset? Due) Cron(RepeatOptions options, string text, DateTimeOffset after, TimeZoneInfo local)
    {
        var pattern = CronPattern.Parse(text);
        if (options.Immediately) return (true, after);
        var due = pattern.Next(options.StartDate > after ? options.StartDate.Value : after, options.Tz is { } tz ? TimeZoneInfo.FindSystemTimeZoneById(tz) : local);
        return (due is { } found && !(found > options.EndDate), due);
    }
}
