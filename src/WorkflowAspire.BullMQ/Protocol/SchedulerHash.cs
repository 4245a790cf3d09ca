using StackExchange.Redis;

namespace WorkflowAspire.BullMQ.Protocol;

/// <summary>Reads a job scheduler from the fields of its Redis hash.</summary>
internal static class SchedulerHash
{
    /// <summary>The scheduler; null where there is no hash.</summary>
    public static JobScheduler? Read(string id, double next, HashEntry[] hash)
    {
        if (hash.Length == 0) return null;
        var fields = hash.ToDictionary(entry => entry.Name.ToString(), entry => entry.Value);
        return new JobScheduler
        {
            Key = id,
            Name = Text("name") ?? id,
            Next = DateTimeOffset.FromUnixTimeMilliseconds((long)next),
            IterationCount = (int?)Number("ic"),
            Limit = (int?)Number("limit"),
            StartDate = Date("startDate"),
            EndDate = Date("endDate"),
            Tz = Text("tz"),
            Pattern = Text("pattern"),
            Every = Number("every") is { } every ? TimeSpan.FromMilliseconds(every) : null,
            Offset = TimeSpan.FromMilliseconds(Number("offset") ?? 0),
            Template = new JobSchedulerTemplate
            {
                Name = Text("name"),
                Data = fields.TryGetValue("data", out var data) ? (ReadOnlyMemory<byte>)data : null,
                Options = fields.TryGetValue("opts", out var opts) ? JobHash.ReadOptions(opts) : null,
            },
        };

        string? Text(string name) => fields.TryGetValue(name, out var value) ? value.ToString() : null;

        double? Number(string name) => fields.TryGetValue(name, out var value) && value.TryParse(out double number) ? number : null;

        DateTimeOffset? Date(string name) => Number(name) is { } milliseconds ? DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds) : null;
    }
}
