using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using WorkflowAspire.BullMQ.Protocol;

namespace WorkflowAspire.BullMQ.Scheduling;

/// <summary>Repeat options in the options of a job: its <c>repeat</c>.</summary>
internal static class RepeatJson
{
    public static JsonObject Write(RepeatOptions options)
    {
        var repeat = new JsonObject { ["count"] = options.Count + 1 };
        if (options.Every is { } every) repeat["every"] = Milliseconds(every);
        if (options.Every is not null && options.Offset > TimeSpan.Zero) repeat["offset"] = Milliseconds(options.Offset);
        if (options.Pattern is { } pattern) repeat["pattern"] = pattern;
        if (options.Tz is { } tz) repeat["tz"] = tz;
        if (options.Limit is { } limit) repeat["limit"] = limit;
        if (options.StartDate is { } start) repeat["startDate"] = start.ToUnixTimeMilliseconds();
        if (options.EndDate is { } end) repeat["endDate"] = end.ToUnixTimeMilliseconds();
        return repeat;
    }

    /// <exception cref="FormatException">The options are of a form that BullMQ never writes.</exception>
    public static RepeatOptions Read(JsonElement repeat)
    {
        if (repeat.ValueKind != JsonValueKind.Object) throw new FormatException($"repeat is no object but {repeat}.");
        return new RepeatOptions
        {
            Every = AnyForm.Number(repeat, "every") is { } every and > 0 ? AnyForm.Milliseconds(every) : null,
            Pattern = AnyForm.Text(repeat, "pattern"),
            Tz = AnyForm.Text(repeat, "tz"),
            Limit = AnyForm.Number(repeat, "limit") is { } limit ? AnyForm.Count(limit) : null,
            Count = AnyForm.Count(AnyForm.Number(repeat, "count") ?? 0),
            StartDate = Date(repeat, "startDate"),
            EndDate = Date(repeat, "endDate"),
        };
    }

    public static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;

    // A number everywhere but in repeatable jobs of BullMQ 5, which keep a date as their program wrote it.
    private static DateTimeOffset? Date(JsonElement repeat, string name)
    {
        if (AnyForm.Number(repeat, name) is { } milliseconds) return AnyForm.Date(milliseconds);
        return DateTimeOffset.TryParse(AnyForm.Text(repeat, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date : null;
    }
}
