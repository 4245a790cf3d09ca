using System.Text.Json;
using System.Text.Json.Serialization;
using WorkflowAspire.BullMQ.Protocol;

namespace WorkflowAspire.BullMQ;

/// <summary>What a job may be given when it is added; the names are BullMQ's.</summary>
/// <remarks>An option that is null is not chosen: the queue's <see cref="QueueOptions.DefaultJobOptions"/> decide, and then BullMQ's default.</remarks>
public sealed partial record JobOptions
{
    /// <summary>The largest priority value, and so the lowest priority: 2²¹ − 1.</summary>
    public const int LowestPriority = (1 << 21) - 1;

    /// <summary>An id of the caller's, so that adding twice adds once; null for the queue's next number.</summary>
    [JsonConverter(typeof(TextConverter))]
    public string? JobId { get; init; }

    /// <summary>How many attempts the job has in all, from 1.</summary>
    /// <value>Default null: one attempt.</value>
    [JsonConverter(typeof(AttemptsConverter))]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int? Attempts { get; init; }

    /// <summary>The wait between attempts; null for none.</summary>
    public BackoffOptions? Backoff { get; init; }

    /// <summary>How long after its timestamp the job becomes available; to the millisecond.</summary>
    /// <value>Default null: at once.</value>
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? Delay { get; init; }

    /// <summary>1 is the highest priority, <see cref="LowestPriority"/> the lowest; 0 comes before them all.</summary>
    /// <value>Default null: 0.</value>
    [JsonConverter(typeof(PriorityConverter))]
    public int? Priority { get; init; }

    /// <summary>Puts the job in front of those that wait already.</summary>
    /// <value>Default null: behind them.</value>
    [JsonConverter(typeof(OpenFlagConverter))]
    public bool? Lifo { get; init; }

    /// <summary>Which completed jobs stay; null leaves it to the worker, whose default is all.</summary>
    public KeepJobs? RemoveOnComplete { get; init; }

    /// <summary>Which failed jobs stay; null leaves it to the worker, whose default is all.</summary>
    public KeepJobs? RemoveOnFail { get; init; }

    /// <summary>How many stack traces the job keeps, the newest ones; null for all.</summary>
    [JsonConverter(typeof(CountConverter))]
    public int? StackTraceLimit { get; init; }

    /// <summary>How many lines of its log the job keeps, the newest ones; null or 0 for all.</summary>
    [JsonPropertyName("kl")]
    [JsonConverter(typeof(CountConverter))]
    public int? KeepLogs { get; init; }

    /// <summary>How many bytes the payload may have; null or 0 for as many as Redis takes. A larger one is refused when it is added.</summary>
    [JsonConverter(typeof(CountConverter))]
    public int? SizeLimit { get; init; }

    /// <summary>When the job was created; null for now.</summary>
    [JsonConverter(typeof(EpochMillisecondsConverter))]
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>Keeps further jobs of the same kind out; null for not at all.</summary>
    [JsonPropertyName("de")]
    public DeduplicationOptions? Deduplication { get; init; }

    /// <summary>The trace that the job belongs to; null for none.</summary>
    [JsonIgnore]
    public JobTelemetry? Telemetry { get; init; }

    /// <summary>The key of the scheduler that the job comes from, which is kept beside the options; null for none.</summary>
    [JsonIgnore]
    public string? RepeatJobKey { get; init; }

    /// <summary>Options that this library does not interpret, kept as they came.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }
}
