namespace WorkflowAspire.BullMQ.Scheduling;

/// <summary>Finds when a clock on a wall of the zone shows what a calendar asks for, where daylight saving turns the clock as cron-parser sees it.</summary>
/// <param name="zone">The zone.</param>
/// <param name="next">The next date and time of the calendar after one (or at it, if inclusive), whatever the zone.</param>
internal sealed class WallClock(TimeZoneInfo zone, Func<DateTime, bool, DateTime?> next)
{
    /// <summary>For what happens in every hour: it goes on through an hour that comes twice and has nothing to catch up for one that is skipped.</summary>
    public DateTimeOffset? NextElapsed(DateTimeOffset after)
    {
        var (from, inclusive) = (after.UtcDateTime, false);
        while (true)
        {
            var offset = zone.GetUtcOffset(from);
            if (next(from + offset, inclusive) is not { } shown) return null;
            var found = shown - offset;
            if (zone.GetUtcOffset(found) == offset) return found;
            (from, inclusive) = (TurnBetween(from, found, offset), true);
        }
    }

    /// <summary>For what happens at certain hours: in one that comes twice the first time only; in one that is skipped as many minutes into the hour after.</summary>
    /// <param name="after">The time after which to look.</param>
    /// <param name="atTwentyThree">Whether 23 is one of the hours.</param>
    public DateTimeOffset? NextOnDial(DateTimeOffset after, bool atTwentyThree)
    {
        var shown = after.UtcDateTime + zone.GetUtcOffset(after.UtcDateTime);
        while (next(shown, false) is { } candidate)
        {
            if (InstantOf(candidate, after.UtcDateTime, atTwentyThree) is { } instant) return instant;
            shown = candidate;
        }

        return null;
    }

    private DateTime? InstantOf(DateTime shown, DateTime after, bool atTwentyThree)
    {
        var local = DateTime.SpecifyKind(shown, DateTimeKind.Unspecified);
        if (zone.IsInvalidTime(local)) return AfterSkipped(shown, atTwentyThree);
        if (!zone.IsAmbiguousTime(local)) return shown - zone.GetUtcOffset(local);
        var offsets = zone.GetAmbiguousTimeOffsets(local);
        var first = shown - offsets.Max();
        // Only who asks from within the second of the two hours gets it.
        return first > after ? first : shown - offsets.Min();
    }

    // cron-parser steps over the turn hour by hour. It misses a turn of less than an hour, and one at midnight unless it comes from 23 o'clock.
    private DateTime? AfterSkipped(DateTime shown, bool atTwentyThree)
    {
        var before = zone.GetUtcOffset(shown.AddDays(-1));
        var turned = zone.GetUtcOffset(shown.AddDays(1)) - before;
        if (turned < TimeSpan.FromHours(1)) return null;
        var turn = TurnBetween(shown.AddDays(-1), shown.AddDays(1), before) + before;
        return turn.TimeOfDay == TimeSpan.Zero && !atTwentyThree ? null : shown - before;
    }

    /// <summary>The first second in a range that no longer has the offset of its start.</summary>
    private DateTime TurnBetween(DateTime from, DateTime to, TimeSpan offset)
    {
        var (still, turned) = (from.Ticks / TimeSpan.TicksPerSecond, (to.Ticks / TimeSpan.TicksPerSecond) + 1);
        while (turned - still > 1)
        {
            var middle = still + ((turned - still) / 2);
            if (zone.GetUtcOffset(Second(middle)) == offset) still = middle;
            else turned = middle;
        }

        return Second(turned);
    }

    private static DateTime Second(long second) => new(second * TimeSpan.TicksPerSecond, DateTimeKind.Utc);
}
