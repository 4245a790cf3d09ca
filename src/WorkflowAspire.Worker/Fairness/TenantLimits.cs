using Microsoft.Extensions.Options;

namespace WorkflowAspire.Worker.Fairness;

/// <summary>Which limits each tenant has.</summary>
internal sealed class TenantLimits(IOptions<FairnessOptions> options)
{
    private readonly TenantLimit? _ofAll = TenantLimit.From(options.Value);
    private readonly Dictionary<Guid, TenantLimit?> _overrides = options.Value.Overrides.ToDictionary(entry => Guid.Parse(entry.Key), entry => TenantLimit.From(entry.Value));

    /// <summary>The limits of a tenant; null where it has none.</summary>
    public TenantLimit? Of(Guid tenantId) => _overrides.TryGetValue(tenantId, out var own) ? own : _ofAll;
}
