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

    /// <summary>How many workers are connected for this queue, Node's included.</summary>
    /// <remarks>Servers that hide <c>CLIENT LIST</c> throw <see cref="RedisServerException"/>.</remarks>
    public async Task<int> GetWorkersCountAsync(CancellationToken ct = default) => (await GetWorkersAsync(ct).ConfigureAwait(false)).Count;

    private Job? Read(string jobId, HashEntry[] hash)
    {
        if (hash.Length == 0) return null;
        var fields = new RedisValue[hash.Length * 2];
        for (var i = 0; i < hash.Length; i++) (fields[2 * i], fields[(2 * i) + 1]) = (hash[i].Name, hash[i].Value);
        return JobHash.Read(_connection, jobId, fields);
    }
}
