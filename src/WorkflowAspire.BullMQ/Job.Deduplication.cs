using WorkflowAspire.BullMQ.Protocol;

namespace WorkflowAspire.BullMQ;

// What the job keeps out.
public sealed partial class Job
{
    /// <summary>Lets jobs of this one's <see cref="DeduplicationId"/> be added again, although this one has not ended.</summary>
    /// <returns>False where the job has no such id, or another job keeps them out by now.</returns>
    /// <exception cref="StackExchange.Redis.RedisException">Redis can't be reached or refuses.</exception>
    public async Task<bool> RemoveDeduplicationKeyAsync(CancellationToken ct = default)
    {
        ct.ThrowIfCancellationRequested();
        return DeduplicationId is { } deduplicationId
            && (long)await _connection.RunAsync(Script.RemoveDeduplicationKey, deduplicationId, Id).WaitAsync(ct).ConfigureAwait(false) == 1;
    }
}
