using System.Net.Mime;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace WorkflowAspire.ServiceDefaults;

/// <summary>Writes which checks pass, so that an operator sees which dependency is down.</summary>
/// <param name="tellsWhy">Whether the reasons are written too; they name addresses, so not to everybody who can ask.</param>
internal sealed class HealthReportWriter(bool tellsWhy)
{
    public Task WriteAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = MediaTypeNames.Application.Json;
        var checks = report.Entries.ToDictionary(entry => entry.Key, entry => entry.Value.Status.ToString());
        var reasons = tellsWhy ? Reasons(report) : null;
        return JsonSerializer.SerializeAsync(
            context.Response.Body, new HealthResponse(report.Status.ToString(), checks, reasons), HealthJsonContext.Default.HealthResponse, context.RequestAborted);
    }

    /// <summary>Why the checks fail that do; none where all pass.</summary>
    public static Dictionary<string, string>? Reasons(HealthReport report)
    {
        var failing = report.Entries.Where(entry => entry.Value.Status != HealthStatus.Healthy).ToList();
        return failing.Count == 0 ? null : failing.ToDictionary(entry => entry.Key, entry => Reason(entry.Value));
    }

    private static string Reason(HealthReportEntry entry) =>
        string.Join(' ', new[] { entry.Description, entry.Exception?.Message }.Where(text => !string.IsNullOrEmpty(text)).Distinct()) is { Length: > 0 } reason
            ? reason
            : "No reason was given.";
}

internal sealed record HealthResponse(
    string Status,
    Dictionary<string, string> Checks,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Dictionary<string, string>? Reasons);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(HealthResponse))]
internal sealed partial class HealthJsonContext : JsonSerializerContext;
