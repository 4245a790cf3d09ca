using WorkflowAspire.BullMQ.Protocol;

namespace WorkflowAspire.BullMQ;

// Where the job is, asked of Redis.
public sealed partial class Job
{
    /// <summary>Where the job is now.</summary>
    /// <exception cref="StackExchange.Redis.RedisException">Redis can't be reached or refuses.</exception>
    public async Task<JobState> GetStateAsync(CancellationToken ct = default) =>
        JobStateNames.Parse((string?)await _connection.RunAsync(Script.GetState, Id).WaitAsync(ct).ConfigureAwait(false));

    /// <summary>Whether the job is done.</summary>
    public Task<bool> IsCompletedAsync(CancellationToken ct = default) => IsInAsync(JobState.Completed, ct);

    /// <summary>Whether the job has failed for good.</summary>
    public Task<bool> IsFailedAsync(CancellationToken ct = default) => IsInAsync(JobState.Failed, ct);

    /// <summary>Whether the job waits for its time.</summary>
    public Task<bool> IsDelayedAsync(CancellationToken ct = default) => IsInAsync(JobState.Delayed, ct);

    /// <summary>Whether the job waits for its children.</summary>
    public Task<bool> IsWaitingChildrenAsync(CancellationToken ct = default) => IsInAsync(JobState.WaitingChildren, ct);

    /// <summary>Whether a worker has the job.</summary>
    public Task<bool> IsActiveAsync(CancellationToken ct = default) => IsInAsync(JobState.Active, ct);

    /// <summary>Whether the job waits to be taken and has no priority; one that BullMQ 5 parked while its queue is paused waits too.</summary>
    public async Task<bool> IsWaitingAsync(CancellationToken ct = default) =>
        await IsInAsync(JobState.Waiting, ct).ConfigureAwait(false) || await IsInAsync(JobState.Paused, ct).ConfigureAwait(false);

    private async Task<bool> IsInAsync(JobState state, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var key = _connection.Keys.Of(state.KeyPart());
        if (state.IsList()) return await _connection.Database.ListPositionAsync(key, Id).WaitAsync(ct).ConfigureAwait(false) >= 0;
        return await _connection.Database.SortedSetScoreAsync(key, Id).WaitAsync(ct).ConfigureAwait(false) is not null;
    }
}
