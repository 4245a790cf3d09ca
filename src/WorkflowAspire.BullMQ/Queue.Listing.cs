using StackExchange.Redis;

namespace WorkflowAspire.BullMQ;

// The jobs of the queue, in pages.
public sealed partial class Queue
{
    // How often a page is filled up where jobs are gone whose ids are left.
    private const int MostFillings = 5;

    private static readonly JobState[] States =
        [JobState.Active, JobState.Completed, JobState.Delayed, JobState.Failed, JobState.Prioritized, JobState.Waiting, JobState.WaitingChildren];

    /// <summary>The jobs of the given states, newest first, one state after the other.</summary>
    /// <remarks>An id whose job is gone counts for nothing: in a page with a fixed end the next job takes its place.</remarks>
    /// <param name="states">The states to look at; none for all. Waiting includes the jobs that BullMQ 5 parked while its queue is paused.</param>
    /// <param name="start">The first position in each state, from 0; negative counts from the end.</param>
    /// <param name="end">The last position in each state; -1 for the end.</param>
    /// <param name="ascending">Oldest first instead; positions count from there.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="ArgumentOutOfRangeException">A state is <see cref="JobState.Unknown"/>.</exception>
    public async Task<IReadOnlyList<Job>> GetJobsAsync(
        IReadOnlyCollection<JobState> states, int start = 0, int end = -1, bool ascending = false, CancellationToken ct = default)
    {
        var pages = await Task.WhenAll(Places(states).Select(state => PageAsync(state, start, end, ascending))).WaitAsync(ct).ConfigureAwait(false);
        return [.. pages.SelectMany(page => page).DistinctBy(job => job.Id)];
    }

    /// <summary>The ids in the lists and sets of the given states, newest first, one state after the other; no job is read.</summary>
    /// <param name="states">The states to look at.</param>
    /// <param name="start">The first position in each state, from 0; negative counts from the end.</param>
    /// <param name="end">The last position in each state; -1 for the end.</param>
    /// <param name="ascending">Oldest first instead; positions count from there.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="ArgumentOutOfRangeException">A state is <see cref="JobState.Unknown"/>.</exception>
    public async Task<IReadOnlyList<string>> GetRangesAsync(
        IReadOnlyCollection<JobState> states, int start, int end, bool ascending = false, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(states);
        RefuseUnknown(states);
        var ranges = await Task.WhenAll(states.Select(state => RangeAsync(state, start, end, ascending))).WaitAsync(ct).ConfigureAwait(false);
        return [.. ranges.SelectMany(range => range).Select(id => id.ToString()).Distinct()];
    }

    /// <summary>The jobs that wait to be taken and have no priority, the next one first.</summary>
    public Task<IReadOnlyList<Job>> GetWaitingAsync(int start = 0, int end = -1, CancellationToken ct = default) =>
        GetJobsAsync([JobState.Waiting], start, end, ascending: true, ct);

    /// <summary>The jobs that workers have, the one that was taken first before the others.</summary>
    public Task<IReadOnlyList<Job>> GetActiveAsync(int start = 0, int end = -1, CancellationToken ct = default) =>
        GetJobsAsync([JobState.Active], start, end, ascending: true, ct);

    /// <summary>The delayed jobs, the next to be due first.</summary>
    public Task<IReadOnlyList<Job>> GetDelayedAsync(int start = 0, int end = -1, CancellationToken ct = default) =>
        GetJobsAsync([JobState.Delayed], start, end, ascending: true, ct);

    /// <summary>The jobs that wait to be taken by their priority, the next one first.</summary>
    public Task<IReadOnlyList<Job>> GetPrioritizedAsync(int start = 0, int end = -1, CancellationToken ct = default) =>
        GetJobsAsync([JobState.Prioritized], start, end, ascending: true, ct);

    /// <summary>The parents that wait for their children, the oldest first.</summary>
    public Task<IReadOnlyList<Job>> GetWaitingChildrenAsync(int start = 0, int end = -1, CancellationToken ct = default) =>
        GetJobsAsync([JobState.WaitingChildren], start, end, ascending: true, ct);

    /// <summary>The completed jobs, the last one first.</summary>
    public Task<IReadOnlyList<Job>> GetCompletedAsync(int start = 0, int end = -1, CancellationToken ct = default) =>
        GetJobsAsync([JobState.Completed], start, end, ascending: false, ct);

    /// <summary>The failed jobs, the last one first.</summary>
    public Task<IReadOnlyList<Job>> GetFailedAsync(int start = 0, int end = -1, CancellationToken ct = default) =>
        GetJobsAsync([JobState.Failed], start, end, ascending: false, ct);

    // As BullMQ 5 has it; a queue of BullMQ 6 has no parked jobs.
    private static JobState[] Places(IReadOnlyCollection<JobState> states)
    {
        ArgumentNullException.ThrowIfNull(states);
        RefuseUnknown(states);
        var asked = states.Count > 0 ? states : States;
        return [.. (asked.Contains(JobState.Waiting) ? asked.Append(JobState.Paused) : asked).Distinct()];
    }

    private static void RefuseUnknown(IReadOnlyCollection<JobState> states)
    {
        if (states.Contains(JobState.Unknown))
            throw new ArgumentOutOfRangeException(nameof(states), JobState.Unknown, "No list or set of a queue holds the jobs of unknown state.");
    }

    private async Task<List<Job>> PageAsync(JobState state, long start, long end, bool ascending)
    {
        var jobs = new List<Job>();
        var missing = end - start + 1;
        for (var filled = 0; filled < MostFillings; filled++)
        {
            var ids = await RangeAsync(state, start, end, ascending).ConfigureAwait(false);
            var hashes = await Task.WhenAll(ids.Select(id => Database.HashGetAllAsync(_keys.Job(id!)))).ConfigureAwait(false);
            var found = ids.Zip(hashes).Select(pair => Read(pair.First!, pair.Second)).OfType<Job>();
            if (start < 0 || end < 0) return [.. found];
            jobs.AddRange(found.Take((int)Math.Min(missing - jobs.Count, int.MaxValue)));
            if (jobs.Count >= missing || ids.Length < end - start + 1) return jobs;
            (start, end) = (end + 1, (2 * end) - start + 1);
        }

        return jobs;
    }

    private async Task<RedisValue[]> RangeAsync(JobState state, long start, long end, bool ascending)
    {
        var key = _keys.Of(state.KeyPart());
        if (!state.IsList())
            return await Database.SortedSetRangeByRankAsync(key, start, end, ascending ? Order.Ascending : Order.Descending).ConfigureAwait(false);
        // New jobs enter lists on the left, so the oldest is the last.
        if (!ascending) return await Database.ListRangeAsync(key, start, end).ConfigureAwait(false);
        var range = await Database.ListRangeAsync(key, -(end + 1), -(start + 1)).ConfigureAwait(false);
        Array.Reverse(range);
        return range;
    }
}
