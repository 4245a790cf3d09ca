using System.Globalization;
using StackExchange.Redis;
using WorkflowAspire.BullMQ.Protocol;

namespace WorkflowAspire.BullMQ;

// What is in the queue, and who works on it.
public sealed partial class Queue
{
    /// <summary>The job of this id, or null.</summary>
    public async Task<Job?> GetJobAsync(string jobId, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(jobId);
        return Read(jobId, await Database.HashGetAllAsync(_keys.Job(jobId)).WaitAsync(ct).ConfigureAwait(false));
    }

    /// <summary>Where a job is now.</summary>
    public async Task<JobState> GetJobStateAsync(string jobId, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(jobId);
        return JobStateNames.Parse((string?)await RunAsync(Script.GetState, ct, jobId).ConfigureAwait(false));
    }

    /// <summary>How many jobs are in each state.</summary>
    public async Task<IReadOnlyDictionary<JobState, long>> GetJobCountsAsync(CancellationToken ct = default)
    {
        var database = Database;
        var states = Enum.GetValues<JobState>().Where(state => state != JobState.Unknown).ToArray();
        var counts = await Task.WhenAll(states.Select(state => state.IsList()
            ? database.ListLengthAsync(_keys.Of(state.KeyPart()))
            : database.SortedSetLengthAsync(_keys.Of(state.KeyPart())))).WaitAsync(ct).ConfigureAwait(false);
        return states.Zip(counts).ToDictionary(pair => pair.First, pair => pair.Second);
    }

    /// <summary>The jobs of the given states, newest first, one state after the other.</summary>
    /// <param name="states">The states to look at.</param>
    /// <param name="start">The first position in each state, from 0; negative counts from the end.</param>
    /// <param name="end">The last position in each state; -1 for the end.</param>
    /// <param name="ascending">Oldest first instead; positions count from there.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<IReadOnlyList<Job>> GetJobsAsync(
        IReadOnlyCollection<JobState> states, int start = 0, int end = -1, bool ascending = false, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(states);
        var database = Database;
        var ranges = await Task.WhenAll(states.Select(state => RangeAsync(database, state, start, end, ascending))).WaitAsync(ct).ConfigureAwait(false);
        var ids = ranges.SelectMany(range => range).Distinct().ToArray();
        var hashes = await Task.WhenAll(ids.Select(id => database.HashGetAllAsync(_keys.Job(id!)))).WaitAsync(ct).ConfigureAwait(false);
        // A job may have been removed since its id was read.
        return [.. ids.Zip(hashes).Select(pair => Read(pair.First!, pair.Second)).OfType<Job>()];
    }

    /// <summary>The workers that are connected for this queue, Node's included.</summary>
    /// <remarks>Servers that hide <c>CLIENT LIST</c> throw <see cref="RedisServerException"/>.</remarks>
    public async Task<IReadOnlyList<WorkerInfo>> GetWorkersAsync(CancellationToken ct = default)
    {
        var workers = new List<WorkerInfo>();
        foreach (var server in _redis.GetServers().Where(server => server is { IsConnected: true, IsReplica: false }))
        {
            foreach (var client in await server.ClientListAsync().WaitAsync(ct).ConfigureAwait(false))
            {
                if (client.Name is not { } name || !name.StartsWith(_keys.ClientName, StringComparison.Ordinal)) continue;
                var suffix = name[_keys.ClientName.Length..];
                if (suffix.Length > 0 && !suffix.StartsWith(":w:", StringComparison.Ordinal)) continue;
                workers.Add(new WorkerInfo(client.Id.ToString(CultureInfo.InvariantCulture), suffix.Length > 0 ? suffix[3..] : null,
                    client.Address?.ToString() ?? "", TimeSpan.FromSeconds(client.AgeSeconds), TimeSpan.FromSeconds(client.IdleSeconds)));
            }
        }

        return workers;
    }

    private async Task<RedisValue[]> RangeAsync(IDatabase database, JobState state, int start, int end, bool ascending)
    {
        var key = _keys.Of(state.KeyPart());
        if (!state.IsList())
            return await database.SortedSetRangeByRankAsync(key, start, end, ascending ? Order.Ascending : Order.Descending).ConfigureAwait(false);
        // New jobs enter lists on the left, so the oldest is the last.
        if (!ascending) return await database.ListRangeAsync(key, start, end).ConfigureAwait(false);
        var range = await database.ListRangeAsync(key, -(end + 1), -(start + 1)).ConfigureAwait(false);
        Array.Reverse(range);
        return range;
    }

    private Job? Read(string jobId, HashEntry[] hash)
    {
        if (hash.Length == 0) return null;
        var fields = new RedisValue[hash.Length * 2];
        for (var i = 0; i < hash.Length; i++) (fields[2 * i], fields[(2 * i) + 1]) = (hash[i].Name, hash[i].Value);
        return JobHash.Read(_connection, jobId, fields);
    }
}
