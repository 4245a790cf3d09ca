using System.Globalization;
using System.Text.RegularExpressions;
using Cronos;

namespace WorkflowAspire.BullMQ.Scheduling;

/// <summary>
/// A cron pattern as cron-parser reads it, which Node's workers use: both sides must find the same next time, or a series changes
/// with whoever runs it. Cronos searches; what it reads otherwise (day of month and of week given both, odd steps, daylight saving) is
/// settled here and in <see cref="WallClock"/>.
/// </summary>
internal sealed partial class CronPattern
{
    public const string DayOfWeek = "day of week";

    private static readonly Dictionary<string, string> Predefined = new()
    {
        ["@yearly"] = "0 0 0 1 1 *",
        ["@annually"] = "0 0 0 1 1 *",
        ["@monthly"] = "0 0 0 1 * *",
        ["@weekly"] = "0 0 0 * * 0",
        ["@daily"] = "0 0 0 * * *",
        ["@hourly"] = "0 0 * * * *",
        ["@minutely"] = "0 * * * * *",
        ["@secondly"] = "* * * * * *",
        ["@weekdays"] = "0 0 0 * * 1-5",
        ["@weekends"] = "0 0 0 * * 0,6",
    };

    private static readonly string[] Defaults = ["0", "*", "*", "*", "*", "*"];
    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] Weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    private readonly CronExpression[] _alternatives;
    private readonly SortedSet<int> _hours;

    private CronPattern(CronExpression[] alternatives, SortedSet<int> hours) => (_alternatives, _hours) = (alternatives, hours);

    /// <exception cref="FormatException">Node's package would refuse the pattern, or it has an <c>H</c>; the message says where.</exception>
    public static CronPattern Parse(string pattern)
    {
        var given = (Predefined.TryGetValue(pattern, out var meaning) ? meaning : pattern).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (given.Length is 0 or > 6) throw new FormatException($"A pattern has five fields, or six with seconds; '{pattern}' has {given.Length}.");
        string[] fields = [.. Defaults[..(6 - given.Length)], .. given];

        var time = $"{List(CronField.Parse("second", fields[0], 0, 59))} {List(CronField.Parse("minute", fields[1], 0, 59))}";
        var hours = CronField.Parse("hour", fields[2], 0, 23);
        var months = CronField.Parse("month", Numbered(fields[4], Months, 1), 1, 12);
        var days = Days(fields[3], months, isOnly: CronField.IsWildcard(fields[5])).Concat(WeekDays(fields[5])).DefaultIfEmpty(("*", "*"));
        return new CronPattern([.. days.Select(day => CronExpression.Parse(
            $"{time} {List(hours)} {day.Item1} {List(months)} {day.Item2}", CronFormat.IncludeSeconds))], hours);
    }

    /// <summary>The first time after the given one, in the zone's daylight saving; null where there is none.</summary>
    public DateTimeOffset? Next(DateTimeOffset after, TimeZoneInfo zone)
    {
        var clock = new WallClock(zone, NextOnCalendar);
        return _hours.Count == 24 ? clock.NextElapsed(after) : clock.NextOnDial(after, _hours.Contains(23));
    }

    private DateTime? NextOnCalendar(DateTime after, bool inclusive) =>
        _alternatives.Min(alternative => alternative.GetNextOccurrence(after, inclusive));

    private static IEnumerable<(string, string)> Days(string text, SortedSet<int> months, bool isOnly)
    {
        if (CronField.IsWildcard(text)) yield break;
        var parts = text.Split(',');
        var last = parts.Count(part => part == "L");
        if (last > 0) yield return ("L", "*");
        if (last == parts.Length) yield break;
        var days = CronField.Parse("day of month", string.Join(',', parts.Where(part => part != "L")), 1, 31);
        // No such day in any year: nothing would ever be due.
        if (isOnly && last == 0 && months.All(month => DateTime.DaysInMonth(2000, month) < days.Min))
            throw new FormatException($"No month of the pattern has a day {text}.");
        yield return (List(days), "*");
    }

    private static IEnumerable<(string, string)> WeekDays(string text)
    {
        if (CronField.IsWildcard(text)) yield break;
        var numbered = Numbered(text, Weekdays, 0);
        if (NthWeekday().Match(numbered) is { Success: true } nth)
        {
            foreach (var day in CronField.Parse(DayOfWeek, nth.Groups[1].Value, 0, 7)) yield return ("*", $"{day}#{nth.Groups[2].Value}");
            yield break;
        }

        var parts = numbered.Split(',');
        foreach (var last in parts.Where(part => part.Length > 1 && part.EndsWith('L')))
            yield return ("*", $"{CronField.Parse(DayOfWeek, last[..^1], 0, 7).Single()}L");
        var days = string.Join(',', parts.Where(part => part.Length < 2 || !part.EndsWith('L')));
        if (days.Length > 0) yield return ("*", List(CronField.Parse(DayOfWeek, days, 0, 7)));
    }

    private static string Numbered(string text, string[] names, int first) => Name().Replace(text, name =>
    {
        var at = Array.IndexOf(names, name.Value.ToLowerInvariant());
        return at < 0 ? throw new FormatException($"'{name.Value}' is no name of a month or a weekday that fits here.") : (at + first).ToString(CultureInfo.InvariantCulture);
    });

    private static string List(SortedSet<int> values) => string.Join(',', values);

    [GeneratedRegex("[A-Za-z]{3}")]
    private static partial Regex Name();

    [GeneratedRegex(@"^([\d*?]+)#([1-5])$")]
    private static partial Regex NthWeekday();
}
