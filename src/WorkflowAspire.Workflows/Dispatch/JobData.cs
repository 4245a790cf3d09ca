using System.Text.Json;

namespace WorkflowAspire.Workflows.Dispatch;

/// <summary>What can be told of a job from data of any form.</summary>
/// <param name="Json">The data; a JSON string with its text where it is no JSON.</param>
/// <param name="RunId">The run it names, if it does.</param>
/// <param name="TenantId">The tenant it names, if it does.</param>
/// <param name="WorkflowId">The workflow it names, if it does.</param>
public sealed record JobData(JsonElement Json, string? RunId, string? TenantId, string? WorkflowId)
{
    /// <summary>Reads a job's data; it never throws.</summary>
    public static JobData Read(ReadOnlyMemory<byte> data)
    {
        var json = Parse(data);
        return new JobData(json, Text(json, "runId"), Text(json, "tenantId"), Text(json, "workflowId"));
    }

    private static JsonElement Parse(ReadOnlyMemory<byte> data)
    {
        try
        {
            return JsonElement.Parse(data.Span);
        }
        catch (JsonException)
        {
            return JsonSerializer.SerializeToElement(System.Text.Encoding.UTF8.GetString(data.Span), WorkflowJsonContext.Default.String);
        }
    }

    private static string? Text(JsonElement json, string property) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
