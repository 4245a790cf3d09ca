using System.ComponentModel;
using System.Text.Json;

namespace WorkflowAspire.AdminApi.Runs;

/// <summary>The body of a submission.</summary>
/// <param name="TenantId">Whose run it is.</param>
/// <param name="Input">The workflow's input: any JSON; null where it needs none.</param>
/// <param name="Version">The version of the tenant's definition to run; null for the newest.</param>
internal sealed record SubmitRunRequest(
    [property: Description("Whose run it is.")] Guid TenantId,
    [property: Description("The workflow's input: any JSON value.")] JsonElement? Input,
    [property: Description("The version of the tenant's definition to run; the newest by default.")] int? Version = null)
{
    /// <summary>Reads a body, and says of a bad one which field is wrong and how.</summary>
    public static (SubmitRunRequest? Request, string Field, string Error) Read(JsonDocument body)
    {
        if (body.RootElement.ValueKind != JsonValueKind.Object)
            return Bad("body", $"The body is a JSON object with tenantId and input; got {Kind(body.RootElement)}.");
        if (!body.RootElement.TryGetProperty("tenantId", out var tenant) || tenant.ValueKind == JsonValueKind.Null)
            return Bad("tenantId", "tenantId is required: the tenant's UUID.");
        if (tenant.ValueKind != JsonValueKind.String || !Guid.TryParseExact(tenant.GetString(), "D", out var tenantId) || tenantId == Guid.Empty)
            return Bad("tenantId", $"tenantId is a UUID other than all zeros, for example \"3f2b8c1e-6f0a-4c59-9d4e-2f1f0a7c5b10\"; got {Shown(tenant)}.");
        var input = body.RootElement.TryGetProperty("input", out var given) && given.ValueKind != JsonValueKind.Null ? given.Clone() : (JsonElement?)null;
        int? version = null;
        if (body.RootElement.TryGetProperty("version", out var wanted) && wanted.ValueKind != JsonValueKind.Null)
        {
            if (wanted.ValueKind != JsonValueKind.Number || !wanted.TryGetInt32(out var number) || number < 1) return Bad("version", $"version is a whole number from 1; got {Shown(wanted)}.");
            version = number;
        }

        return (new SubmitRunRequest(tenantId, input, version), "", "");
    }

    private static (SubmitRunRequest?, string, string) Bad(string field, string error) => (null, field, error);

    private static string Kind(JsonElement element) => element.ValueKind.ToString().ToLowerInvariant();

    private static string Shown(JsonElement value) => value.GetRawText() is { Length: <= 80 } text ? text : Kind(value);
}
