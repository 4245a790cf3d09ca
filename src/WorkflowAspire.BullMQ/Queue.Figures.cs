using StackExchange.Redis;
using WorkflowAspire.BullMQ.Protocol;

namespace WorkflowAspire.BullMQ;

// The queue in numbers.
public sealed partial class Queue
{
    // The order is the one in which GetCounts.lua answers.
    private static readonly JobState[] Counted =
    [
        JobState.Waiting, JobState.Active, JobState.Delayed, JobState.Prioritized, JobState.Paused, JobState.WaitingChildren, JobState.Completed, JobState.Failed,
    ];

    /// <summary>How many jobs are in each state, all at the same instant.</summary>
    public async Task<IReadOnlyDictionary<JobState, long>> GetJobCountsAsync(CancellationToken ct = default)
    {
        var counts = (long[])(await RunAsync(Script.GetCounts, ct).ConfigureAwait(false))!;
        return Counted.Zip(counts).ToDictionary(pair => pair.First, pair => pair.Second);
    }

    /// <summary>How many jobs are in the given states together.</summary>
    /// <param name="states">The states; none for all. Waiting includes the jobs that BullMQ 5 parked while its queue is paused.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="ArgumentOutOfRangeException">A state is <see cref="JobState.Unknown"/>.</exception>
    public async Task<long> GetJobCountByTypesAsync(IReadOnlyCollection<JobState> states, CancellationToken ct = default)
    {
        var places = Places(states);
        var counts = await GetJobCountsAsync(ct).ConfigureAwait(false);
        return places.Sum(state => counts[state]);
    }

    /// <summary>How many jobs are still to be processed: waiting, prioritized, delayed, or parents that wait for their children.</summary>
    public Task<long> CountAsync(CancellationToken ct = default) =>
        GetJobCountByTypesAsync([JobState.Waiting, JobState.Delayed, JobState.Prioritized, JobState.WaitingChildren], ct);

    /// <summary>How many jobs wait to be taken and have no priority, those included that BullMQ 5 parked while its queue is paused.</summary>
    public async Task<long> GetWaitingCountAsync(CancellationToken ct = default)
    {
        var parked = Database.ListLengthAsync(_keys.Of("paused"));
        return await Database.ListLengthAsync(_keys.Of("wait")).WaitAsync(ct).ConfigureAwait(false) + await parked.WaitAsync(ct).ConfigureAwait(false);
    }

    /// <summary>How many jobs workers have.</summary>
    public Task<long> GetActiveCountAsync(CancellationToken ct = default) => Database.ListLengthAsync(_keys.Of("active")).WaitAsync(ct);

    /// <summary>How many jobs wait to be taken by their priority.</summary>
    public Task<long> GetPrioritizedCountAsync(CancellationToken ct = default) => Database.SortedSetLengthAsync(_keys.Of("prioritized")).WaitAsync(ct);

    /// <summary>How many parents wait for their children.</summary>
    public Task<long> GetWaitingChildrenCountAsync(CancellationToken ct = default) => Database.SortedSetLengthAsync(_keys.Of("waiting-children")).WaitAsync(ct);

    /// <summary>How many completed jobs the queue keeps.</summary>
    public Task<long> GetCompletedCountAsync(CancellationToken ct = default) => Database.SortedSetLengthAsync(_keys.Of("completed")).WaitAsync(ct);

    /// <summary>How many failed jobs the queue keeps.</summary>
    public Task<long> GetFailedCountAsync(CancellationToken ct = default) => Database.SortedSetLengthAsync(_keys.Of("failed")).WaitAsync(ct);

    /// <summary>How many jobs are delayed.</summary>
    /// <param name="dueBefore">Counts only those that are due before this time, to the millisecond.</param>
    /// <param name="ct">Ends the wait.</param>
    public Task<long> GetDelayedCountAsync(DateTimeOffset? dueBefore = null, CancellationToken ct = default)
    {
        ct.ThrowIfCancellationRequested();
        // The low 12 bits of a score only order the jobs of one millisecond.
        var latest = dueBefore is { } time ? (time.ToUnixTimeMilliseconds() * 0x1000) - 1 : double.PositiveInfinity;
        return Database.SortedSetLengthAsync(_keys.Of("delayed"), double.NegativeInfinity, latest).WaitAsync(ct);
    }

    /// <summary>How many jobs wait with each of the given priorities.</summary>
    /// <param name="priorities">The priorities; 0 is for the jobs without one.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="ArgumentOutOfRangeException">A priority is outside its range.</exception>
    public async Task<IReadOnlyDictionary<int, long>> GetCountsPerPriorityAsync(IReadOnlyCollection<int> priorities, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(priorities);
        foreach (var priority in priorities)
        {
            if (priority is < 0 or > JobOptions.LowestPriority)
                throw new ArgumentOutOfRangeException(nameof(priorities), priority, $"A priority is between 0 and {JobOptions.LowestPriority}.");
        }

        var asked = priorities.Distinct().ToArray();
        var counts = (long[])(await RunAsync(Script.GetCountsPerPriority, ct, Array.ConvertAll(asked, priority => (RedisValue)priority)).ConfigureAwait(false))!;
        return asked.Zip(counts).ToDictionary(pair => pair.First, pair => pair.Second);
    }

    /// <summary>What the queue has set for all its users: paused, limits, version.</summary>
    public async Task<QueueMeta> GetMetaAsync(CancellationToken ct = default)
    {
        ct.ThrowIfCancellationRequested();
        var fields = (await Database.HashGetAllAsync(_keys.Meta).WaitAsync(ct).ConfigureAwait(false)).ToStringDictionary();
        return new QueueMeta
        {
            Paused = fields.Remove("paused", out var paused) && paused == "1",
            Concurrency = Number("concurrency"),
            Max = Number("max"),
            Duration = Number("duration") is { } duration ? AnyForm.Milliseconds(duration) : null,
            MaxLenEvents = Number("opts.maxLenEvents"),
            Version = fields.Remove("version", out var version) ? version : null,
            Others = fields,
        };

        long? Number(string field) => fields.Remove(field, out var text) && long.TryParse(text, out var number) ? number : null;
    }

    /// <summary>The jobs in each state, and how many completed and failed in all, in Prometheus' text format as Node's package has it.</summary>
    /// <remarks>The totals are 0 unless a worker keeps metrics of the queue.</remarks>
    /// <param name="globalVariables">Further labels of each value.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<string> ExportPrometheusMetricsAsync(IReadOnlyDictionary<string, string>? globalVariables = null, CancellationToken ct = default)
    {
        var counts = await GetJobCountsAsync(ct).ConfigureAwait(false);
        var totals = await Task.WhenAll(
            Database.HashGetAsync(_keys.Of("metrics:completed"), "count"), Database.HashGetAsync(_keys.Of("metrics:failed"), "count"), Database.HashGetAsync(_keys.Meta, "version"))
            .WaitAsync(ct).ConfigureAwait(false);
        // BullMQ 6 knows no paused jobs any more.
        var states = totals[2].ToString().StartsWith("bullmq:5", StringComparison.Ordinal) ? States.Append(JobState.Paused) : States;

        var text = new PrometheusText(Name, globalVariables);
        text.Describe("bullmq_job_count", "gauge", "Number of jobs in the queue by state");
        foreach (var state in states.Select(state => (Name: state.ToBullName(), Count: counts[state])).OrderBy(state => state.Name, StringComparer.Ordinal))
            text.Add("bullmq_job_count", state.Count, state.Name);
        text.Describe("bullmq_job_completed_total", "counter", "Total number of completed jobs");
        text.Add("bullmq_job_completed_total", JobHash.Number(totals[0]));
        text.Describe("bullmq_job_failed_total", "counter", "Total number of failed jobs");
        text.Add("bullmq_job_failed_total", JobHash.Number(totals[1]));
        return text.ToString();
    }
}
