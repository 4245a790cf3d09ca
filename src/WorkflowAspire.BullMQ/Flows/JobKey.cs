using StackExchange.Redis;
using WorkflowAspire.BullMQ.Protocol;

namespace WorkflowAspire.BullMQ;

/// <summary>The full key by which jobs of a flow name each other: <c>{prefix}:{queue}:{id}</c>.</summary>
internal static class JobKey
{
    /// <summary>The job of a key, in whatever queue; null where there is none.</summary>
    /// <param name="near">Any queue of the same server.</param>
    /// <param name="key">The full key.</param>
    /// <param name="ct">Ends the wait.</param>
    public static async Task<Job?> ReadAsync(QueueConnection near, string key, CancellationToken ct)
    {
        if (Split(key) is not var (prefix, queue, id)) return null;
        var connection = new QueueConnection(new QueueKeys(prefix, queue), near.Database, near.Time);
        var hash = await connection.Database.HashGetAllAsync(key).WaitAsync(ct).ConfigureAwait(false);
        if (hash.Length == 0) return null;
        var fields = new RedisValue[hash.Length * 2];
        for (var i = 0; i < hash.Length; i++) (fields[2 * i], fields[(2 * i) + 1]) = (hash[i].Name, hash[i].Value);
        return JobHash.Read(connection, id, fields);
    }

    /// <summary>The parts of a key, or null where it is none. The id and the queue have no colon; the prefix may.</summary>
    public static (string Prefix, string Queue, string Id)? Split(string key)
    {
        var id = key.LastIndexOf(':');
        var queue = id > 0 ? key.LastIndexOf(':', id - 1) : -1;
        return queue > 0 ? (key[..queue], key[(queue + 1)..id], key[(id + 1)..]) : null;
    }
}
