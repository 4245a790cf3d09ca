using WorkflowAspire.Workflows.Usage;

namespace WorkflowAspire.AdminApi.Usage;

/// <summary>What calls of language models used; a null cost is one that nobody has configured prices for.</summary>
internal record UsageResponse(long Calls, long InputTokens, long OutputTokens, decimal? Cost)
{
    public static UsageResponse From(TokenUsage usage) => new(usage.Calls, usage.InputTokens, usage.OutputTokens, usage.Cost);
}

/// <summary>What one step used of one model.</summary>
internal sealed record StepUsageResponse(string Step, string Model, UsageResponse Usage);

/// <summary>What a run used, and each of its steps.</summary>
internal sealed record RunUsageResponse(UsageResponse Total, IReadOnlyList<StepUsageResponse> Steps)
{
    /// <summary>Null where the run asked no model.</summary>
    public static RunUsageResponse? From(IReadOnlyList<StepUsage> steps) => steps.Count == 0 ? null : new(
        UsageResponse.From(TokenUsage.Sum(steps.Select(step => step.Usage))),
        [.. steps.Select(step => new StepUsageResponse(step.Step, step.Model, UsageResponse.From(step.Usage)))]);
}

/// <summary>What one model was used.</summary>
internal sealed record ModelUsageResponse(string Model, UsageResponse Usage);

/// <summary>What a tenant used within a time.</summary>
internal sealed record TenantUsageResponse(Guid TenantId, DateTimeOffset? From, DateTimeOffset? To, UsageResponse Total, IReadOnlyList<ModelUsageResponse> Models);
