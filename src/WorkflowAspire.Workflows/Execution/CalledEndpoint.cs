using Polly;

namespace WorkflowAspire.Workflows.Execution;

/// <summary>What steps call, and whose calls share a circuit and a bulkhead.</summary>
/// <param name="Kind">The kind of the steps.</param>
/// <param name="Endpoint">Its name; null where there is none, and nothing is shared.</param>
/// <param name="TenantId">The tenant whose calls these are; null for those of all.</param>
internal sealed record CalledEndpoint(StepKind Kind, string? Endpoint, Guid? TenantId)
{
    /// <summary>Whose run a try belongs to.</summary>
    public static ResiliencePropertyKey<Guid> Caller { get; } = new("workflow.tenant");

    /// <summary>Its name in metrics and traces: what tenants call is theirs, and has as many names as they like.</summary>
    public string? Public => TenantId is null ? Endpoint : null;

    /// <summary>Its name in logs.</summary>
    public override string ToString() => TenantId is { } tenant ? $"{Endpoint} (tenant {tenant})" : $"{Endpoint}";
}
