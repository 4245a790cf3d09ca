using System.Text.Json;
using System.Text.Json.Serialization;
using StackExchange.Redis;

namespace WorkflowAspire.BullMQ.Adding;

/// <summary>What only few jobs need told, as AddRelated.lua's last argument for each job; the others among them send an empty one.</summary>
internal sealed record RareArguments
{
    [JsonPropertyName("de")]
    public DeduplicationOptions? Deduplication { get; init; }

    [JsonPropertyName("rjk")]
    public string? RepeatJobKey { get; init; }

    public ParentKeys? Parent { get; init; }

    public static RedisValue Of(JobOptions options) => options is { Deduplication: null, RepeatJobKey: null, Parent: null }
        ? RedisValue.EmptyString
        : JsonSerializer.SerializeToUtf8Bytes(
            new RareArguments { Deduplication = options.Deduplication, RepeatJobKey = options.RepeatJobKey, Parent = ParentKeys.Of(options) },
            BullMQJsonContext.Default.RareArguments);
}
