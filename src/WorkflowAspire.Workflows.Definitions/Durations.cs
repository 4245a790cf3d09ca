using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml;

namespace WorkflowAspire.Workflows.Definitions;

/// <summary>Durations as people write them: <c>30s</c>, <c>00:05:00</c>, <c>PT5M</c>.</summary>
internal static partial class Durations
{
    public const string Forms = "write it like 30s, 5m, 2h, 1d, 00:05:00 or PT5M";

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        try
        {
            if (Short.Match(text) is { Success: true } match)
            {
                var number = double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
                duration = match.Groups[2].Value switch
                {
                    "ms" => TimeSpan.FromMilliseconds(number),
                    "s" => TimeSpan.FromSeconds(number),
                    "m" => TimeSpan.FromMinutes(number),
                    "h" => TimeSpan.FromHours(number),
                    _ => TimeSpan.FromDays(number),
                };
                return true;
            }

            if (text.StartsWith('P') || text.StartsWith("-P", StringComparison.Ordinal))
            {
                duration = XmlConvert.ToTimeSpan(text);
                return true;
            }

            return text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out duration);
        }
        catch (Exception error) when (error is FormatException or OverflowException)
        {
            return false;
        }
    }

    /// <summary>Reads what an expression gave: text, or a number of seconds.</summary>
    /// <exception cref="FormatException">It is neither, or negative.</exception>
    public static TimeSpan Read(JsonElement value)
    {
        TimeSpan duration = default;
        var read = value.ValueKind switch
        {
            JsonValueKind.String => TryParse(value.GetString()!, out duration),
            JsonValueKind.Number when value.GetDouble() is var seconds and > -1e10 and < 1e10 => (duration = TimeSpan.FromSeconds(seconds)) == duration,
            _ => false,
        };
        if (!read) throw new FormatException($"{value.GetRawText()} is no duration; {Forms}, or give a number of seconds.");
        if (duration < TimeSpan.Zero) throw new FormatException($"{value.GetRawText()} is negative; a duration is zero or more.");
        return duration;
    }

    [GeneratedRegex(@"^(-?\d+(?:\.\d+)?)(ms|s|m|h|d)\z")]
    private static partial Regex Short { get; }
}
