using WorkflowAspire.BullMQ.Telemetry;

namespace WorkflowAspire.BullMQ;

// Which jobs keep others of their kind out.
public sealed partial class Queue
{
    /// <summary>The id of the job that keeps others of this deduplication id out; null where none does.</summary>
    /// <exception cref="ArgumentException">The id is empty.</exception>
    public async Task<string?> GetDeduplicationJobIdAsync(string deduplicationId, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(deduplicationId);
        return await Database.StringGetAsync(_keys.Of($"de:{deduplicationId}")).WaitAsync(ct).ConfigureAwait(false);
    }

    /// <summary>Lets jobs of this deduplication id be added again, whichever job keeps them out.</summary>
    /// <returns>False where none was kept out.</returns>
    /// <exception cref="ArgumentException">The id is empty.</exception>
    public Task<bool> RemoveDeduplicationKeyAsync(string deduplicationId, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(deduplicationId);
        return TracedAsync("removeDeduplicationKey", activity =>
        {
            activity?.SetTag(TelemetryAttributes.DeduplicationKey, deduplicationId);
            return Database.KeyDeleteAsync(_keys.Of($"de:{deduplicationId}")).WaitAsync(ct);
        });
    }
}
