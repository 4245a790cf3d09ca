using System.Text.Json;
using System.Text.Json.Serialization;

namespace WorkflowAspire.Workflows.Dispatch;

/// <summary>The data of a run's job. Other producers may put more into it; that is kept.</summary>
public sealed record WorkflowJobPayload
{
    /// <summary>The run to execute.</summary>
    public required Guid RunId { get; init; }

    /// <summary>Whose run it is.</summary>
    public required Guid TenantId { get; init; }

    /// <summary>The name of the workflow.</summary>
    public required string WorkflowId { get; init; }

    /// <summary>The run's input.</summary>
    public JsonElement? Input { get; init; }

    /// <summary>Fields that this program doesn't know.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }
}

/// <summary>How payloads are written: camelCase, no null.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(WorkflowJobPayload))]
[JsonSerializable(typeof(DeadLetterPayload))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(JsonElement))]
public sealed partial class WorkflowJsonContext : JsonSerializerContext;
