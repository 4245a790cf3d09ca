using System.Collections.Concurrent;
using System.Diagnostics;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Worker.Execution;

/// <summary>The leases of the attempts that are under way or about to be recorded as failed, by job.</summary>
internal sealed class AttemptLeases
{
    private readonly ConcurrentDictionary<string, HeldAttempt> _attempts = new(StringComparer.Ordinal);

    public void Hold(string jobId, RunLease lease) => _attempts[jobId] = new HeldAttempt(lease, Activity.Current?.Context ?? default);

    public HeldAttempt? Release(string jobId) => _attempts.TryRemove(jobId, out var held) ? held : null;
}
