using System.Collections.Concurrent;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Worker.Execution;

/// <summary>The leases of the attempts that are under way or about to be recorded as failed, by job.</summary>
internal sealed class AttemptLeases
{
    private readonly ConcurrentDictionary<string, RunLease> _leases = new(StringComparer.Ordinal);

    public void Hold(string jobId, RunLease lease) => _leases[jobId] = lease;

    public RunLease? Release(string jobId) => _leases.TryRemove(jobId, out var lease) ? lease : null;
}
