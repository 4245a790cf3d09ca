using System.Globalization;
using StackExchange.Redis;

namespace WorkflowAspire.BullMQ.Protocol;

/// <summary>Reads a job scheduler from the fields of its Redis hash.</summary>
internal static class SchedulerHash
{
    private const int PartsOfOldKey = 5;

    /// <summary>The scheduler; null where there is no hash, unless the id is the key of an old repeatable job, which had none.</summary>
    public static JobScheduler? Read(string id, double next, HashEntry[] hash)
    {
        if (hash.Length == 0) return ReadOldKey(id, next);
        var fields = hash.ToDictionary(entry => entry.Name.ToString(), entry => entry.Value);
        return new JobScheduler
        {
            Key = id,
            Name = Text("name") ?? id,
            Next = AnyForm.Date(next),
            IterationCount = Count("ic"),
            Limit = Count("limit"),
            StartDate = Date("startDate"),
            EndDate = Date("endDate"),
            Tz = Text("tz"),
            Pattern = Text("pattern"),
            Every = Number("every") is { } every ? AnyForm.Milliseconds(every) : null,
            Offset = AnyForm.Milliseconds(Number("offset") ?? 0),
            Template = new JobSchedulerTemplate
            {
                Name = Text("name"),
                Data = JobHash.Bytes(fields.GetValueOrDefault("data")),
                Options = fields.TryGetValue("opts", out var opts) ? JobHash.ReadOptions(opts) : null,
            },
        };

        string? Text(string name) => fields.TryGetValue(name, out var value) ? value.ToString() : null;

        double? Number(string name) => fields.TryGetValue(name, out var value) && value.TryParse(out double number) && double.IsFinite(number) ? number : null;

        int? Count(string name) => Number(name) is { } number ? AnyForm.Count(number) : null;

        DateTimeOffset? Date(string name) => Number(name) is { } milliseconds ? AnyForm.Date(milliseconds) : null;
    }

    // name:id:endDate:tz:pattern, where the pattern may be an interval in milliseconds.
    private static JobScheduler? ReadOldKey(string key, double next)
    {
        var parts = key.Split(':', PartsOfOldKey);
        if (parts.Length < PartsOfOldKey) return null;
        var isInterval = long.TryParse(parts[4], CultureInfo.InvariantCulture, out var every);
        return new JobScheduler
        {
            Key = key,
            Name = parts[0],
            Next = AnyForm.Date(next),
            EndDate = long.TryParse(parts[2], CultureInfo.InvariantCulture, out var end) ? AnyForm.Date(end) : null,
            Tz = parts[3].Length > 0 ? parts[3] : null,
            Pattern = isInterval ? null : parts[4],
            Every = isInterval ? AnyForm.Milliseconds(every) : null,
            IsOldFormat = true,
            Template = new JobSchedulerTemplate { Name = parts[0] },
        };
    }
}
