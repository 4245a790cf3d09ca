using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using StackExchange.Redis;

namespace WorkflowAspire.Interop.Tests.Differential;

/// <summary>
/// Makes the times of job schedulers equal: due times are numbered in their order, wherever they stand, and what has to agree with
/// them (delay, score, offset) is checked and left out.
/// </summary>
internal static partial class SchedulerTimes
{
    /// <summary>The offset that scenarios give, in milliseconds; any other comes from the time of the run.</summary>
    public const int GivenOffset = 1234;

    private const string AsItsIdSays = "(as its id says)";

    /// <summary>The due times in the ids of the jobs that schedulers made, by number.</summary>
    public static string Number(string state)
    {
        var times = Ids().Matches(state).Select(match => match.Groups[1].Value).Distinct().Order(StringComparer.Ordinal).ToList();
        return times.Count == 0 ? state : Time().Replace(state, time => times.IndexOf(time.Value) is >= 0 and var at ? $"(due {at})" : time.Value);
    }

    /// <summary>The score of a scheduler, or of a job that it has delayed.</summary>
    public static string? Score(string part, SortedSetEntry entry) => part switch
    {
        "repeat" => entry.Score.ToString("0", CultureInfo.InvariantCulture),
        "delayed" when Due(entry.Element!) is { } due && (long)entry.Score >> 12 == due => AsItsIdSays,
        _ => null,
    };

    public static string? Field(string part, string name, string value)
    {
        if (!part.StartsWith("repeat:", StringComparison.Ordinal)) return null;
        if (Due(part) is null) return name is "startDate" or "endDate" ? $"{name}: (time)" : name == "offset" ? "offset: (see below)" : null;
        return name switch
        {
            "delay" => $"delay: {(value == "0" ? "0" : "(until it is due)")}",
            "opts" => Options(JsonNode.Parse(value)!.AsObject()),
            _ => null,
        };
    }

    /// <summary>A line about a scheduler, or a job of it, that says whether its times agree.</summary>
    public static async Task<string?> CheckAsync(IDatabase database, string prefix, string part)
    {
        if (!part.StartsWith("repeat:", StringComparison.Ordinal)) return null;
        var fields = (await database.HashGetAllAsync(prefix + part)).ToStringDictionary();
        if (Due(part) is { } due)
        {
            var delay = long.Parse(fields["delay"], CultureInfo.InvariantCulture);
            var begun = long.Parse(fields["timestamp"], CultureInfo.InvariantCulture);
            return delay == 0 || begun + delay == due ? null : $"is due at {begun + delay} instead";
        }

        // A pattern that comes after an interval may keep that one's.
        if (!fields.TryGetValue("every", out var every) || !fields.TryGetValue("offset", out var offset)) return null;
        var newest = (long)(await database.SortedSetScoreAsync(prefix + "repeat", part["repeat:".Length..]))!.Value;
        return newest % long.Parse(every, CultureInfo.InvariantCulture) == long.Parse(offset, CultureInfo.InvariantCulture)
            ? "offset is that of its newest job" : "offset is that of an earlier job";
    }

    private static string Options(JsonObject options)
    {
        if (options["delay"]?.GetValue<double>() > 0) options["delay"] = "(until it is due)";
        options["timestamp"] = "(time)";
        foreach (var name in new[] { "startDate", "endDate" })
            if (options["repeat"]?[name] is not null) options["repeat"]![name] = "(time)";
        // BullMQ 5 writes how long after the slot its program ran.
        if (options["repeat"]?["offset"] is { } offset && offset.GetValue<double>() != GivenOffset) options["repeat"]!["offset"] = "(time)";
        return $"opts: {QueueState.Sorted(options)}";
    }

    private static long? Due(string id) => Ids().Match(id) is { Success: true } match ? long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : null;

    [GeneratedRegex(@"repeat:\S+:(\d{13})\b")]
    private static partial Regex Ids();

    [GeneratedRegex(@"\b\d{13}\b")]
    private static partial Regex Time();
}
