using System.Globalization;
using System.Text.RegularExpressions;

namespace WorkflowAspire.BullMQ.Scheduling;

/// <summary>One field of a cron pattern as the values that it stands for, by the grammar of cron-parser, which Node's workers use.</summary>
internal static partial class CronField
{
    /// <exception cref="FormatException">The field is not of that grammar.</exception>
    public static SortedSet<int> Parse(string kind, string text, int min, int max)
    {
        var values = new SortedSet<int>();
        foreach (var part in text.Split(','))
        {
            // cron-parser refuses a value that is listed twice, so a Node worker would stop at such a pattern.
            foreach (var value in Expand(kind, part, min, max).Distinct())
                if (!values.Add(value)) throw new FormatException($"The {kind} '{text}' names {value} twice.");
        }

        return values;
    }

    public static bool IsWildcard(string text) => text is "*" or "?";

    private static IEnumerable<int> Expand(string kind, string part, int min, int max)
    {
        var match = Part().Match(part);
        if (!match.Success) throw new FormatException($"The {kind} '{part}' is not a value, a range or a step.");
        var (first, last, step) = (match.Groups["first"], match.Groups["last"], match.Groups["step"]);
        var from = first.Success ? Number(first) : min;
        var to = last.Success ? Number(last) : first.Success && !step.Success ? from : max;
        var by = step.Success ? Number(step) : 1;
        if (from < min || to > max || from > to) throw new FormatException($"The {kind} '{part}' is not within {min} to {max}.");
        if (by == 0) throw new FormatException($"The step of the {kind} '{part}' is zero.");
        return Steps(from, to, by).Select(value => kind == CronPattern.DayOfWeek ? value % 7 : value);
    }

    private static IEnumerable<int> Steps(int from, int to, int by)
    {
        for (long value = from; value <= to; value += by) yield return (int)value;
    }

    private static int Number(Group digits) => int.TryParse(digits.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : int.MaxValue;

    [GeneratedRegex(@"^(?:[*?]|(?<first>\d+)(?:-(?<last>\d+))?)(?:/(?<step>\d+))?$")]
    private static partial Regex Part();
}
