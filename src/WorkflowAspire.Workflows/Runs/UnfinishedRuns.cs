using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace WorkflowAspire.Workflows.Runs;

/// <summary>Holds each tenant to the number of runs that it may have under way. Thread-safe.</summary>
public sealed class UnfinishedRuns
{
    private static readonly TimeSpan Trusted = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<Guid, Count> _counts = [];
    private readonly RunStore _store;
    private readonly IOptions<RunLimits> _limits;
    private readonly TimeProvider _time;

    internal UnfinishedRuns(RunStore store, IOptions<RunLimits> limits, TimeProvider time) => (_store, _limits, _time) = (store, limits, time);

    /// <summary>Notes that a tenant is about to begin a run.</summary>
    /// <returns>Why it can't have another one now; null where it can.</returns>
    public async Task<string?> RefuseAsync(Guid tenantId, CancellationToken ct = default)
    {
        var most = _limits.Value.MaxUnfinishedRuns;
        var now = _time.GetUtcNow();
        // As long as the count is far from the limit it need not be exact.
        if (_counts.TryGetValue(tenantId, out var known) && known.At + Trusted > now && known.Value + Interlocked.Increment(ref known.Begun) < most / 2) return null;
        var counted = await _store.CountUnfinishedAsync(tenantId, most, ct).ConfigureAwait(false);
        if (_counts.Count > 10_000) _counts.Clear();
        _counts[tenantId] = new Count(counted, now);
        return counted >= most ? $"Tenant {tenantId} has {most} runs that have not ended, as many as are allowed (RunLimits:MaxUnfinishedRuns); try again when some have." : null;
    }

    private sealed class Count(int value, DateTimeOffset at)
    {
        public int Begun;

        public int Value => value;

        public DateTimeOffset At => at;
    }
}
