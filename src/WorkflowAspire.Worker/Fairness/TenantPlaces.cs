using System.Collections.Concurrent;

namespace WorkflowAspire.Worker.Fairness;

/// <summary>The places that runs of this worker hold.</summary>
internal sealed class TenantPlaces
{
    private readonly ConcurrentDictionary<string, Guid> _tenants = new(StringComparer.Ordinal);

    public void Hold(string jobId, Guid tenantId) => _tenants[jobId] = tenantId;

    public void Release(string jobId) => _tenants.TryRemove(jobId, out _);

    public ILookup<Guid, string> ByTenant() => _tenants.ToArray().ToLookup(place => place.Value, place => place.Key);
}
