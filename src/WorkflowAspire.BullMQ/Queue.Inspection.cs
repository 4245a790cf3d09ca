using StackExchange.Redis;
using WorkflowAspire.BullMQ.Processing;
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
    /// <remarks>
    /// Where the connection lacks the client's admin mode, without which the client sends no <c>CLIENT LIST</c>, one is opened for this call from its
    /// configuration string. Servers that hide <c>CLIENT LIST</c> throw <see cref="RedisServerException"/>.
    /// </remarks>
    public async Task<IReadOnlyList<WorkerInfo>> GetWorkersAsync(CancellationToken ct = default)
    {
        return await ListClientsAsync(client => client.AsWorkerOf(_keys), ct).ConfigureAwait(false);
    }

    /// <summary>The readers of events (<see cref="QueueEvents"/>) that are connected for this queue, Node's included.</summary>
    /// <remarks>As with <see cref="GetWorkersAsync"/>.</remarks>
    public Task<IReadOnlyList<WorkerInfo>> GetQueueEventsAsync(CancellationToken ct = default) => ListClientsAsync(client => client.AsReaderOf(_keys), ct);

    private async Task<IReadOnlyList<WorkerInfo>> ListClientsAsync(Func<ClientList, WorkerInfo?> select, CancellationToken ct)
    {
        try
        {
            return await ListClientsAsync(_redis, select, ct).ConfigureAwait(false);
        }
        catch (RedisCommandException refused) when (refused.Message.Contains("admin mode", StringComparison.Ordinal))
        {
            var own = await OwnConnection.ConnectAsync(_redis, adjust: null, $"{_keys.ClientName}:list", configuration => configuration.AllowAdmin = true).WaitAsync(ct).ConfigureAwait(false);
            await using (own.ConfigureAwait(false))
                return await ListClientsAsync(own, select, ct).ConfigureAwait(false);
        }
    }

    private static async Task<IReadOnlyList<WorkerInfo>> ListClientsAsync(IConnectionMultiplexer redis, Func<ClientList, WorkerInfo?> select, CancellationToken ct)
    {
        var found = new List<WorkerInfo>();
        foreach (var server in redis.GetServers().Where(server => server is { IsConnected: true, IsReplica: false }))
        {
            var clients = (string?)await server.ExecuteAsync("CLIENT", "LIST").WaitAsync(ct).ConfigureAwait(false);
            found.AddRange(ClientList.Read(clients ?? "").Select(select).OfType<WorkerInfo>());
        }

        return found;
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
