using System.ComponentModel;
using System.Globalization;
using System.Text.Json;

namespace WorkflowAspire.AdminApi.Runs;

/// <summary>The body of a submission.</summary>
/// <param name="TenantId">Whose run it is.</param>
/// <param name="Input">The workflow's input: any JSON; null where it needs none.</param>
/// <param name="Version">The version of the tenant's definition to run; null for the newest.</param>
/// <param name="Timeout">How long the run may take in all; null for as long as its workflow allows.</param>
internal sealed record SubmitRunRequest(
    [property: Description("Whose run it is.")] Guid TenantId,
    [property: Description("The workflow's input: any JSON value.")] JsonElement? Input,
    [property: Description("The version of the tenant's definition to run; the newest by default.")] int? Version = null,
    [property: Description("How long the run may take in all, as hh:mm:ss.")] TimeSpan? Timeout = null)
{
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(3650);

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

        if (!body.RootElement.TryGetProperty("timeout", out var limit) || limit.ValueKind == JsonValueKind.Null) return (new SubmitRunRequest(tenantId, input, version), "", "");
        if (limit.ValueKind != JsonValueKind.String
            || !TimeSpan.TryParseExact(limit.GetString(), "c", CultureInfo.InvariantCulture, out var timeout) || timeout <= TimeSpan.Zero || timeout > LongestTimeout)
            return Bad("timeout", $"timeout is a positive time span as hh:mm:ss, at most {LongestTimeout.TotalDays:0} days, for example \"00:30:00\"; got {Shown(limit)}.");
        return (new SubmitRunRequest(tenantId, input, version, timeout), "", "");
    }

    private static (SubmitRunRequest?, string, string) Bad(string field, string error) => (null, field, error);

    private static string Kind(JsonElement element) => element.ValueKind.ToString().ToLowerInvariant();

    private static string Shown(JsonElement value) => value.GetRawText() is { Length: <= 80 } text ? text : Kind(value);
}
