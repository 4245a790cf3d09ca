using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using StackExchange.Redis;

namespace WorkflowAspire.Interop.Tests.Differential;

/// <summary>Everything that Redis holds of a queue and of those whose names begin with its name, whatever their prefix, with what differs from run to run (times, tokens, stack traces) made equal.</summary>
internal static partial class QueueState
{
    private static readonly string[] Times = ["timestamp", "processedOn", "finishedOn"];

    public static async Task<string> ReadAsync(IConnectionMultiplexer redis, string queueName)
    {
        var database = redis.GetDatabase();
        var lines = new List<string>();
        foreach (var key in redis.GetServers()[0].Keys(pattern: $"*:{queueName}*").OrderBy(key => GeneratedIds().Replace(key.ToString(), "(uuid)"), StringComparer.Ordinal))
        {
            // Without prefix and queue.
            var part = key.ToString().Split(':', 3)[2];
            var type = await database.KeyTypeAsync(key);
            var expires = await database.KeyTimeToLiveAsync(key) is null ? "" : " expires";
            lines.Add($"{key} ({type}{expires})");
            lines.AddRange((await ContentAsync(database, key, part, type)).Select(line => $"  {line}"));
            if (type == RedisType.Hash && await SchedulerTimes.CheckAsync(database, $"bull:{queueName}:", part) is { } check) lines.Add($"  {check}");
        }

        // A flow's jobs name each other by their keys.
        return SchedulerTimes.Number(GeneratedIds().Replace(string.Join('\n', lines).Replace(queueName, "(queue)", StringComparison.Ordinal), "(uuid)"));
    }

    private static async Task<IEnumerable<string>> ContentAsync(IDatabase database, RedisKey key, string part, RedisType type) => type switch
    {
        RedisType.Hash => (await database.HashGetAllAsync(key)).Select(entry => Field(part, entry.Name!, entry.Value!)).Order(StringComparer.Ordinal),
        RedisType.List => (await database.ListRangeAsync(key)).Select(id => id.ToString()),
        RedisType.Set => (await database.SetMembersAsync(key)).Select(id => id.ToString()).Order(StringComparer.Ordinal),
        // Scored by a time: two jobs are of one millisecond on one side, where their ids order them, and of two on the other. The events tell the order.
        RedisType.SortedSet when part is "waiting-children" or "completed" or "failed" => (await database.SortedSetRangeByRankWithScoresAsync(key))
            .Select(entry => $"{entry.Element} {Score(part, entry.Score)}").Order(StringComparer.Ordinal),
        RedisType.SortedSet => (await database.SortedSetRangeByRankWithScoresAsync(key)).Select(entry => $"{entry.Element} {SchedulerTimes.Score(part, entry) ?? Score(part, entry.Score)}"),
        RedisType.Stream => (await database.StreamRangeAsync(key)).Select(Event),
        _ => [part.EndsWith("stalled-check", StringComparison.Ordinal) ? "(time)" : part.EndsWith("lock", StringComparison.Ordinal) ? "(token)" : (await database.StringGetAsync(key)).ToString()],
    };

    private static string Field(string part, string name, string value) => name switch
    {
        _ when SchedulerTimes.Field(part, name, value) is { } made => made,
        "opts" or "parent" => $"{name}: {Sorted(JsonNode.Parse(value))}",
        "stacktrace" => $"stacktrace: {JsonNode.Parse(value)!.AsArray().Count} traces",
        // Node's own version; ours says which protocol it follows.
        "version" when part == "meta" => "version: (version)",
        "prevTS" when part.StartsWith("metrics:", StringComparison.Ordinal) => "prevTS: (time)",
        // What was left of a long delay when the job was put off until a given time.
        "delay" when long.Parse(value, CultureInfo.InvariantCulture) is > 60_000 and var left => $"delay: about {Math.Round(left / 10_000d) * 10} s",
        _ when Times.Contains(name) => $"{name}: (time)",
        _ => $"{name}: {value}",
    };

    // A score of priorities or a plain marker is exact; times of finishing, of a delay (in its scale) and of a delayed marker are not.
    private static string Score(string part, double score) => part switch
    {
        "prioritized" => score.ToString(CultureInfo.InvariantCulture),
        "delayed" => score > 4e15 ? "(time)" : "(not in the scale of delayed scores)",
        "marker" when score == 0 => "0",
        _ => score is > 1e12 and < 4e12 ? "(time)" : $"(no time: {score})",
    };

    private static string Event(StreamEntry entry) => string.Join(' ', entry.Values.Select(field =>
        field.Name == "delay" ? "delay=(time)" : $"{field.Name}={field.Value}"));

    [GeneratedRegex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")]
    private static partial Regex GeneratedIds();

    public static string Sorted(JsonNode? node) => node switch
    {
        JsonObject form => $"{{{string.Join(',', form.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Key}:{Sorted(entry.Value)}"))}}}",
        _ => node?.ToJsonString(JsonSerializerOptions.Default) ?? "null",
    };
}
