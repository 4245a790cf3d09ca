using System.Text.Json;
using System.Text.Json.Serialization;
using StackExchange.Redis;
using WorkflowAspire.BullMQ.Protocol;

namespace WorkflowAspire.BullMQ;

/// <summary>What a child's hash says of its parent, and of what the child's failure does to it.</summary>
public sealed record ParentKeys
{
    /// <summary>The parent's id.</summary>
    [JsonConverter(typeof(TextConverter))]
    public required string Id { get; init; }

    /// <summary>The parent's queue with its prefix, for example <c>bull:orders</c>.</summary>
    [JsonConverter(typeof(TextConverter))]
    public required string QueueKey { get; init; }

    /// <summary><see cref="JobOptions.FailParentOnFailure"/> of the child.</summary>
    [JsonPropertyName("fpof"), JsonConverter(typeof(FlagConverter)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool FailParentOnFailure { get; init; }

    /// <summary><see cref="JobOptions.RemoveDependencyOnFailure"/> of the child.</summary>
    [JsonPropertyName("rdof"), JsonConverter(typeof(FlagConverter)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool RemoveDependencyOnFailure { get; init; }

    /// <summary><see cref="JobOptions.IgnoreDependencyOnFailure"/> of the child.</summary>
    [JsonPropertyName("idof"), JsonConverter(typeof(FlagConverter)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IgnoreDependencyOnFailure { get; init; }

    /// <summary><see cref="JobOptions.ContinueParentOnFailure"/> of the child.</summary>
    [JsonPropertyName("cpof"), JsonConverter(typeof(FlagConverter)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ContinueParentOnFailure { get; init; }

    internal static ParentKeys? Of(JobOptions options) => options.Parent is not { } parent ? null : new ParentKeys
    {
        Id = parent.Id,
        QueueKey = parent.Queue,
        FailParentOnFailure = options.FailParentOnFailure,
        RemoveDependencyOnFailure = options.RemoveDependencyOnFailure,
        IgnoreDependencyOnFailure = options.IgnoreDependencyOnFailure,
        ContinueParentOnFailure = options.ContinueParentOnFailure,
    };

    internal static ParentKeys? Read(RedisValue json)
    {
        if (json.IsNullOrEmpty) return null;
        try
        {
            return JsonSerializer.Deserialize(((ReadOnlyMemory<byte>)json).Span, BullMQJsonContext.Default.ParentKeys);
        }
        catch (JsonException)
        {
            // The job itself can be processed without it.
            return null;
        }
    }
}
