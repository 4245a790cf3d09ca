using System.Text.Json;
using System.Text.Json.Serialization;
using WorkflowAspire.BullMQ.Telemetry;

namespace WorkflowAspire.BullMQ;

// How options lie in the job's hash: BullMQ gives the longer names short ones and keeps telemetry flat.
public sealed partial record JobOptions
{
    [JsonInclude, JsonPropertyName("tm"), JsonConverter(typeof(MetadataConverter))]
    internal string? TelemetryMetadata
    {
        get => Telemetry?.Metadata;
        init
        {
            if (value is not null) Telemetry = (Telemetry ?? new JobTelemetry()) with { Metadata = value };
        }
    }

    [JsonInclude, JsonPropertyName("omc"), JsonConverter(typeof(FlagConverter))]
    internal bool? TelemetryOmitsContext
    {
        get => Telemetry?.OmitContext;
        init
        {
            if (value is not null) Telemetry = (Telemetry ?? new JobTelemetry()) with { OmitContext = value };
        }
    }
}

/// <summary>BullMQ writes 0 where no number of attempts was chosen.</summary>
internal sealed class AttemptsConverter : JsonConverter<int?>
{
    public override bool HandleNull => true;

    public override int? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Null) return null;
        if (reader.TokenType != JsonTokenType.Number) throw new JsonException("attempts is not a number.");
        var attempts = (int)reader.GetDouble();
        return attempts == 0 ? null : attempts;
    }

    public override void Write(Utf8JsonWriter writer, int? value, JsonSerializerOptions options) => writer.WriteNumberValue(value ?? 0);
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
[JsonSerializable(typeof(Adding.RareArguments))]
[JsonSerializable(typeof(ParentKeys))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(List<string>))]
internal sealed partial class BullMQJsonContext : JsonSerializerContext;
