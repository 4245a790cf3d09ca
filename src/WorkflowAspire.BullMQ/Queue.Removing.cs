using StackExchange.Redis;
using WorkflowAspire.BullMQ.Protocol;
using WorkflowAspire.BullMQ.Telemetry;

namespace WorkflowAspire.BullMQ;

// Removing many jobs, or all of the queue.
public sealed partial class Queue
{
    private const int JobsPerDrain = 1000;
    private const int JobsPerClean = 1000;

    // Behind so many jobs that are too young there are no old ones; Node's package stops there as well.
    private const int MostYoungJobs = 10_000;

    /// <summary>Removes the jobs that wait: waiting and prioritized ones. Active and finished jobs stay, as do those that a job scheduler waits for.</summary>
    /// <remarks>A thousand jobs go in one script call. Jobs that are added meanwhile may stay.</remarks>
    /// <param name="delayed">Also the delayed jobs.</param>
    /// <param name="ct">Ends the removing; what was removed is gone.</param>
    public Task DrainAsync(bool delayed = false, CancellationToken ct = default) => TracedAsync("drain", activity =>
    {
        activity?.SetTag(TelemetryAttributes.QueueDrainDelay, delayed);
        return DrainWaitingAsync(delayed, ct);
    });

    /// <summary>Removes the jobs of one state that are old enough, oldest first, except those that a worker has or a job scheduler waits for.</summary>
    /// <remarks>
    /// A thousand jobs are looked at in one script call, and after ten thousand of which none is old enough no more. The age of a job counts from when it finished, else from when a
    /// worker last took it, else from when it was created; of a prioritized one from when it was created.
    /// </remarks>
    /// <param name="grace">Jobs younger than this stay; zero for none.</param>
    /// <param name="limit">How many jobs to look at, the oldest ones; 0 for all.</param>
    /// <param name="state">Completed, failed, waiting, active, delayed, prioritized, or paused: what BullMQ 5 parked while its queue is paused.</param>
    /// <param name="ct">Ends the removing; what was removed is gone.</param>
    /// <returns>The ids of the jobs that are gone.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The grace or the limit is negative, or the jobs of the state can't be cleaned.</exception>
    public async Task<IReadOnlyList<string>> CleanAsync(
        TimeSpan grace, int limit = 0, JobState state = JobState.Completed, CancellationToken ct = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(grace, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        if (state is JobState.Unknown or JobState.WaitingChildren)
            throw new ArgumentOutOfRangeException(nameof(state), state, "Only completed, failed, waiting, active, delayed, prioritized and paused jobs can be cleaned.");

        return await TracedAsync("clean", async activity =>
        {
            var removed = await CleanOldAsync(grace, limit, state, ct).ConfigureAwait(false);
            activity?.SetTag(TelemetryAttributes.QueueGrace, (long)grace.TotalMilliseconds).SetTag(TelemetryAttributes.JobType, state.ToBullName())
                .SetTag(TelemetryAttributes.QueueCleanLimit, limit).SetTag(TelemetryAttributes.QueueCleanCount, removed.Count);
            return removed;
        }).ConfigureAwait(false);
    }

    /// <summary>Pauses the queue and removes it with all its jobs.</summary>
    /// <remarks>
    /// What is left is what Node's package leaves: parents that wait for children in other queues, and a rate limit until it ends.
    /// After a refusal the queue stays paused.
    /// </remarks>
    /// <param name="force">Even while jobs are active: their workers lose them.</param>
    /// <param name="count">How many jobs one script call removes; cancellation comes between two calls.</param>
    /// <param name="ct">Ends the removing; what was removed is gone, and the queue stays paused.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is not positive.</exception>
    /// <exception cref="InvalidOperationException">Jobs are active and force was not asked for, or somebody resumed the queue meanwhile.</exception>
    public async Task ObliterateAsync(bool force = false, int count = 1000, CancellationToken ct = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        await TracedAsync("obliterate", _ => RemoveAllAsync(force, count, ct)).ConfigureAwait(false);
    }

    private async Task RemoveAllAsync(bool force, int count, CancellationToken ct)
    {
        await PauseAsync(ct).ConfigureAwait(false);
        RedisKey[] others = [_keys.Of("delay"), _keys.Of("metrics:completed"), _keys.Of("metrics:completed:data"), _keys.Of("metrics:failed"), _keys.Of("metrics:failed:data")];
        long result;
        do
        {
            ct.ThrowIfCancellationRequested();
            result = (long)await _connection.RunAsync(Script.Obliterate, others, count, force ? 1 : 0).WaitAsync(ct).ConfigureAwait(false);
        }
        while (result == 1);
        if (result == -1) throw new InvalidOperationException($"The queue '{Name}' can't be obliterated: it was resumed meanwhile.");
        if (result == -2) throw new InvalidOperationException($"The queue '{Name}' can't be obliterated while jobs are active; wait for them, or use force.");
    }

    /// <summary>Removes jobs that exist but are in no list or set of the queue, which versions of Node's package have left behind.</summary>
    /// <remarks>Walks through all keys of the server; no queue needs it in normal use.</remarks>
    /// <param name="count">How many keys to look at in one call.</param>
    /// <param name="limit">How many jobs to remove at most; 0 for all.</param>
    /// <param name="ct">Ends the removing; what was removed is gone.</param>
    /// <returns>How many jobs were removed.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The count is not positive, or the limit is negative.</exception>
    public async Task<long> RemoveOrphanedJobsAsync(int count = 1000, int limit = 0, CancellationToken ct = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        var removed = 0L;
        foreach (var server in _redis.GetServers().Where(server => server is { IsConnected: true, IsReplica: false }))
        {
            var ids = new HashSet<string>();
            await foreach (var key in server.KeysAsync(Database.Database, _keys.Pattern, count).WithCancellation(ct).ConfigureAwait(false))
            {
                if (_keys.JobOf(key) is { } id) ids.Add(id);
                if (ids.Count >= count) await RemoveAsync(ids).ConfigureAwait(false);
                if (limit > 0 && removed >= limit) return removed;
            }

            await RemoveAsync(ids).ConfigureAwait(false);
        }

        return removed;

        async Task RemoveAsync(HashSet<string> ids)
        {
            if (ids.Count == 0) return;
            removed += (long)await RunAsync(Script.RemoveOrphans, ct, [limit > 0 ? limit - removed : long.MaxValue, .. ids.Select(id => (RedisValue)id)]).ConfigureAwait(false);
            ids.Clear();
        }
    }

    /// <summary>Shortens the event stream.</summary>
    /// <param name="maxLength">How many events stay, about.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>How many events are gone; 0 on a server without streams.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    public async Task<long> TrimEventsAsync(long maxLength, CancellationToken ct = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxLength);
        return await TracedAsync("trimEvents", async activity =>
        {
            activity?.SetTag(TelemetryAttributes.QueueEventMaxLength, maxLength);
            return (long)await RunAsync(Script.TrimEvents, ct, maxLength).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    private async Task DrainWaitingAsync(bool delayed, CancellationToken ct)
    {
        long removed, left = long.MaxValue;
        do
        {
            var result = (long[])(await RunAsync(Script.Drain, ct, delayed ? 1 : 0, JobsPerDrain).ConfigureAwait(false))!;
            removed = result[0];
            // Counted down from the first call on, so that a producer that goes on can't keep this from ending.
            left = left == long.MaxValue ? result[1] : left - removed;
        }
        while (removed == JobsPerDrain && left > 0);
    }

    private async Task<List<string>> CleanOldAsync(TimeSpan grace, int limit, JobState state, CancellationToken ct)
    {
        var newest = (_time.GetUtcNow() - grace).ToUnixTimeMilliseconds();
        var removed = new List<string>();
        var (left, passed, young, untold) = (limit == 0 ? int.MaxValue : limit, 0L, 0, 0);
        bool isLast;
        do
        {
            var most = Math.Min(left, JobsPerClean);
            isLast = most == left || young + most >= MostYoungJobs;
            var result = (RedisResult[])(await RunAsync(Script.Clean, ct, state.KeyPart(), newest, most, passed, untold, isLast ? 1 : 0).ConfigureAwait(false))!;
            var (seen, ids) = ((int)result[0], (string[])result[1]!);
            untold = (int)result[2];
            removed.AddRange(ids);
            passed += seen - ids.Length;
            young = ids.Length == 0 ? young + seen : 0;
            if (limit > 0) left -= seen;
            isLast = seen < most || left == 0 || young >= MostYoungJobs;
        }
        while (!isLast);
        return removed;
    }
}
