using System.Text.Json.Serialization;
using WorkflowAspire.BullMQ.Protocol;

namespace WorkflowAspire.BullMQ;

// How options lie in the job's hash: BullMQ gives the longer names short ones and keeps telemetry flat.
public sealed partial record JobOptions
{
    [JsonInclude, JsonPropertyName("tm"), JsonConverter(typeof(TextConverter))]
    internal string? TelemetryMetadata
    {
        get => Telemetry?.Metadata;
        init
        {
            if (value is not null) Telemetry = (Telemetry ?? new JobTelemetry()) with { Metadata = value };
        }
    }

    [JsonInclude, JsonPropertyName("omc"), JsonConverter(typeof(OpenFlagConverter))]
    internal bool? TelemetryOmitsContext
    {
        get => Telemetry?.OmitContext;
        init
        {
            if (value is not null) Telemetry = (Telemetry ?? new JobTelemetry()) with { OmitContext = value };
        }
    }
}

// As deep as Redis reads JSON in scripts.
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, MaxDepth = 1000)]
[JsonSerializable(typeof(JobOptions))]
[JsonSerializable(typeof(Adding.RareArguments))]
[JsonSerializable(typeof(ParentKeys))]
[JsonSerializable(typeof(DeduplicationOptions))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(List<string>))]
internal sealed partial class BullMQJsonContext : JsonSerializerContext;
