using System.ComponentModel;
using WorkflowAspire.AdminApi.Problems;
using WorkflowAspire.Workflows.Usage;

namespace WorkflowAspire.AdminApi.Usage;

/// <summary>What tenants used of language models.</summary>
internal static class UsageEndpoints
{
    public static void MapUsage(this IEndpointRouteBuilder api) =>
        api.MapGet("/tenants/{tenantId:guid}/usage", OfTenantAsync)
            .WithName("GetTenantUsage").WithTags("usage").WithSummary("Sums a tenant's tokens and cost by language model.")
            .Produces<TenantUsageResponse>().ProducesValidationProblem();

    private static async Task<IResult> OfTenantAsync(
        Guid tenantId,
        UsageStore usage,
        [Description("The first instant that counts, ISO 8601; without an offset in UTC.")] string? from,
        [Description("The first instant that counts no more, ISO 8601; without an offset in UTC.")] string? to,
        CancellationToken ct)
    {
        if (!TryRead(from, out var first)) return Refuse("from", from);
        if (!TryRead(to, out var end)) return Refuse("to", to);
        if (first >= end) return ProblemAnswers.InvalidField("to", $"to must be later than from; got {from} and {to}.");
        var models = await usage.OfTenantAsync(tenantId, first, end, ct);
        return TypedResults.Ok(new TenantUsageResponse(
            tenantId, first, end, UsageResponse.From(TokenUsage.Sum(models.Select(model => model.Usage))), [.. models.Select(model => new ModelUsageResponse(model.Model, UsageResponse.From(model.Usage)))]));
    }

    private static bool TryRead(string? text, out DateTimeOffset? instant)
    {
        instant = null;
        if (text is null) return true;
        if (!DateTimeOffset.TryParse(
            text, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal | System.Globalization.DateTimeStyles.AdjustToUniversal, out var parsed)) return false;
        instant = parsed;
        return true;
    }

    private static IResult Refuse(string field, string? value) =>
        ProblemAnswers.InvalidField(field, $"{field} is an instant in ISO 8601, for example 2026-02-01T00:00:00Z; got '{value}'.");
}
