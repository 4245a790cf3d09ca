using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using WorkflowAspire.BullMQ.Telemetry;

namespace WorkflowAspire.BullMQ;

/// <summary>What a job may be given when it is added; the names are BullMQ's.</summary>
public sealed record JobOptions
{
    /// <summary>The largest priority value, and so the lowest priority: 2²¹ − 1.</summary>
    public const int LowestPriority = (1 << 21) - 1;

    /// <summary>An id of the caller's, so that adding twice adds once; null for the queue's next number.</summary>
    public string? JobId { get; init; }

    /// <summary>How many attempts the job has in all.</summary>
    /// <value>Default 0, which BullMQ treats as 1.</value>
    public int Attempts { get; init; }

    /// <summary>The wait between attempts; null for none.</summary>
    public BackoffOptions? Backoff { get; init; }

    /// <summary>How long after its timestamp the job becomes available; to the millisecond.</summary>
    [JsonConverter(typeof(MillisecondsConverter))]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public TimeSpan Delay { get; init; }

    /// <summary>1 is the highest priority, <see cref="LowestPriority"/> the lowest; 0, the default, comes before them all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Priority { get; init; }

    /// <summary>Puts the job in front of those that wait already.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Lifo { get; init; }

    /// <summary>Which completed jobs stay; null leaves it to the worker, whose default is all.</summary>
    public KeepJobs? RemoveOnComplete { get; init; }

    /// <summary>Which failed jobs stay; null leaves it to the worker, whose default is all.</summary>
    public KeepJobs? RemoveOnFail { get; init; }

    /// <summary>How many stack traces the job keeps, the newest ones; null for all.</summary>
    public int? StackTraceLimit { get; init; }

    /// <summary>When the job was created; null for now.</summary>
    [JsonConverter(typeof(EpochMillisecondsConverter))]
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>
    /// The trace that the job's processing goes on with: the propagation headers (<c>traceparent</c> …) as a JSON object, stored as
    /// <c>tm</c>. Adding a job while there is a trace sets it; see <see cref="BullMQTelemetry"/>.
    /// </summary>
    [JsonPropertyName("tm")]
    [JsonConverter(typeof(MetadataConverter))]
    public string? TelemetryMetadata { get; init; }

    /// <summary>Leaves the trace of the producer out of the job; stored as <c>omc</c>.</summary>
    [JsonPropertyName("omc")]
    [JsonConverter(typeof(FlagConverter))]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool OmitContext { get; init; }

    /// <summary>Options that this library does not interpret, kept as they came.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }

    /// <exception cref="ArgumentException">An option is outside its range; the message names it and its value.</exception>
    internal void Validate()
    {
        if (JobId is { } id)
        {
            if (id.Length == 0) throw new ArgumentException("jobId cannot be empty; leave it null for a generated one.", nameof(JobId));
            if (int.TryParse(id, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number.ToString(CultureInfo.InvariantCulture) == id)
                throw new ArgumentException($"jobId cannot be an integer, since the queue numbers its own jobs; got '{id}'.", nameof(JobId));
            if (QueueKeys.IsReserved(id))
                throw new ArgumentException($"jobId cannot be the name of one of the queue's own keys; got '{id}'.", nameof(JobId));
            if (id.Contains(':', StringComparison.Ordinal))
                throw new ArgumentException($"jobId cannot contain ':', which separates the parts of a Redis key; got '{id}'.", nameof(JobId));
        }

        ArgumentOutOfRangeException.ThrowIfNegative(Attempts);
        ArgumentOutOfRangeException.ThrowIfLessThan(Delay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfNegative(Priority);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Priority, LowestPriority);
        if (StackTraceLimit is { } limit) ArgumentOutOfRangeException.ThrowIfNegative(limit, nameof(StackTraceLimit));
        if (Backoff is not { } backoff) return;
        ArgumentOutOfRangeException.ThrowIfLessThan(backoff.Delay, TimeSpan.Zero, nameof(Backoff));
        if (backoff.Jitter is < 0 or > 1 or double.NaN)
            throw new ArgumentOutOfRangeException(nameof(Backoff), backoff.Jitter, "jitter is between 0 and 1.");
    }
}

internal sealed class MillisecondsConverter : JsonConverter<TimeSpan>
{
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        TimeSpan.FromMilliseconds(reader.GetDouble());

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        writer.WriteNumberValue((long)value.TotalMilliseconds);
}

internal sealed class EpochMillisecondsConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        DateTimeOffset.FromUnixTimeMilliseconds((long)reader.GetDouble());

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value.ToUnixTimeMilliseconds());
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, NumberHandling = JsonNumberHandling.AllowReadingFromString)]
[JsonSerializable(typeof(JobOptions))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(List<string>))]
internal sealed partial class BullMQJsonContext : JsonSerializerContext;
