using WorkflowAspire.BullMQ.Protocol;
using WorkflowAspire.BullMQ.Telemetry;

namespace WorkflowAspire.BullMQ;

// Limits for all workers of the queue together.
public sealed partial class Queue
{
    /// <summary>Limits how many jobs of the queue are active at the same time, on all workers together.</summary>
    /// <remarks>Workers see it with their next look for jobs: idle ones within their <see cref="WorkerOptions.DrainDelay"/>, as in Node's package.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The concurrency is less than 1.</exception>
    public Task SetGlobalConcurrencyAsync(int concurrency, CancellationToken ct = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(concurrency, 1);
        return Database.HashSetAsync(_keys.Meta, "concurrency", concurrency).WaitAsync(ct);
    }

    /// <summary>How many jobs may be active at the same time on all workers together; null for no limit.</summary>
    public async Task<int?> GetGlobalConcurrencyAsync(CancellationToken ct = default) =>
        (int?)await Database.HashGetAsync(_keys.Meta, "concurrency").WaitAsync(ct).ConfigureAwait(false);

    /// <summary>Ends the limit of active jobs.</summary>
    /// <returns>Whether there was one.</returns>
    public Task<bool> RemoveGlobalConcurrencyAsync(CancellationToken ct = default) => Database.HashDeleteAsync(_keys.Meta, "concurrency").WaitAsync(ct);

    /// <summary>Whether as many jobs are active as the queue's global concurrency allows.</summary>
    public async Task<bool> IsMaxedAsync(CancellationToken ct = default)
    {
        var active = Database.ListLengthAsync(_keys.Of("active"));
        return await GetGlobalConcurrencyAsync(ct).ConfigureAwait(false) is { } limit && await active.WaitAsync(ct).ConfigureAwait(false) >= limit;
    }

    /// <summary>Limits how many jobs of the queue all workers together take in a time. It goes before the limiter of a worker; see <see cref="WorkerOptions.Limiter"/>.</summary>
    /// <param name="max">How many jobs; at least 1.</param>
    /// <param name="duration">The period, to the millisecond, at least 1 of them.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number or the duration is less than 1 (millisecond).</exception>
    public Task SetGlobalRateLimitAsync(int max, TimeSpan duration, CancellationToken ct = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.FromMilliseconds(1));
        return Database.HashSetAsync(_keys.Meta, [new("max", max), new("duration", (long)duration.TotalMilliseconds)]).WaitAsync(ct);
    }

    /// <summary>The queue's own rate limit; null for none, and for one that somebody wrote without positive numbers.</summary>
    public async Task<RateLimiterOptions?> GetGlobalRateLimitAsync(CancellationToken ct = default)
    {
        var limit = await Database.HashGetAsync(_keys.Meta, ["max", "duration"]).WaitAsync(ct).ConfigureAwait(false);
        return JobHash.Number(limit[0]) is > 0 and var max && JobHash.Number(limit[1]) is > 0 and var duration
            ? new RateLimiterOptions(AnyForm.Count(max), AnyForm.Milliseconds(duration)) : null;
    }

    /// <summary>Ends the queue's own rate limit.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> RemoveGlobalRateLimitAsync(CancellationToken ct = default) =>
        await Database.HashDeleteAsync(_keys.Meta, ["max", "duration"]).WaitAsync(ct).ConfigureAwait(false) > 0;

    /// <summary>Stops workers with a rate limit (theirs or the queue's) from taking jobs for a time; others are not concerned.</summary>
    /// <param name="duration">How long, to the millisecond, at least 1 of them.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="ArgumentOutOfRangeException">The duration is less than a millisecond.</exception>
    public Task RateLimitAsync(TimeSpan duration, CancellationToken ct = default) => TracedAsync("rateLimit", activity =>
    {
        activity?.SetTag(TelemetryAttributes.QueueRateLimit, (long)duration.TotalMilliseconds);
        return _connection.RateLimitAsync(duration).WaitAsync(ct);
    });

    /// <summary>For how long no job may be taken; zero where jobs may be.</summary>
    /// <param name="maxJobs">
    /// The limit to look at; null for the queue's own. Where the queue has none either, the answer is what is left of the
    /// current period, used up or not.
    /// </param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxJobs"/> is less than 1.</exception>
    public async Task<TimeSpan> GetRateLimitTtlAsync(int? maxJobs = null, CancellationToken ct = default)
    {
        if (maxJobs is { } max) ArgumentOutOfRangeException.ThrowIfLessThan(max, 1, nameof(maxJobs));
        var ttl = (long)await RunAsync(Script.GetRateLimitTtl, ct, maxJobs is { } limit ? limit : "").ConfigureAwait(false);
        return TimeSpan.FromMilliseconds(Math.Max(ttl, 0));
    }

    /// <summary>Ends the current period of the rate limit: what was taken in it is forgotten.</summary>
    /// <remarks>A worker that waits for the period's end looks again when it had expected it.</remarks>
    /// <returns>Whether there was one.</returns>
    public Task<bool> RemoveRateLimitKeyAsync(CancellationToken ct = default) => Database.KeyDeleteAsync(_keys.Of("limiter")).WaitAsync(ct);
}
