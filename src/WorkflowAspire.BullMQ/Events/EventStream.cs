using System.Globalization;
using StackExchange.Redis;
using WorkflowAspire.BullMQ.Processing;

namespace WorkflowAspire.BullMQ;

/// <summary>The event stream of a queue, read on a connection of its own that blocks until there is something.</summary>
internal sealed class EventStream(QueueKeys keys, IConnectionMultiplexer connection) : IAsyncDisposable
{
    /// <summary>Before the first event of any stream.</summary>
    public const string Beginning = "0-0";

    /// <summary>How many events one read brings at most.</summary>
    public const int EventsPerRead = 500;

    private static readonly TimeSpan LateAnswer = TimeSpan.FromSeconds(5);

    public static async Task<EventStream> ConnectAsync(QueueKeys keys, IConnectionMultiplexer redis, QueueEventsOptions options) =>
        // The name is the one that Node's package gives such connections.
        new(keys, await OwnConnection.ConnectAsync(redis, options.ConfigureBlockingConnection, $"{keys.ClientName}:qe",
            configuration =>
            {
                // While Redis is away a read fails at once, and the log says so.
                configuration.BacklogPolicy = BacklogPolicy.FailFast;
                configuration.AsyncTimeout = (int)(options.BlockingTimeout + LateAnswer).TotalMilliseconds;
            }).ConfigureAwait(false));

    /// <summary>The id of the newest event.</summary>
    /// <exception cref="NotSupportedException">The server has no streams.</exception>
    public async Task<string> FindEndAsync()
    {
        try
        {
            var newest = (RedisResult[])(await connection.GetDatabase().ExecuteAsync("XREVRANGE", keys.Of("events"), "+", "-", "COUNT", 1).ConfigureAwait(false))!;
            return newest.Length == 0 ? Beginning : (string)newest[0][0]!;
        }
        catch (RedisServerException unknown) when (unknown.Message.Contains("unknown command", StringComparison.OrdinalIgnoreCase))
        {
            throw new NotSupportedException(
                $"The server of queue '{keys.Base}' has no streams ({unknown.Message}), so its events can't be read; use Redis or Valkey, or ask for the jobs' states instead.", unknown);
        }
    }

    /// <summary>The events after the one of this id, oldest first; none where none came within the time.</summary>
    public async Task<IReadOnlyList<QueueEvent>> ReadAsync(string after, TimeSpan longestBlock)
    {
        var reply = await connection.GetDatabase().ExecuteAsync("XREAD", "COUNT", EventsPerRead,
            "BLOCK", ((long)longestBlock.TotalMilliseconds).ToString(CultureInfo.InvariantCulture), "STREAMS", keys.Of("events"), after).ConfigureAwait(false);
        if (reply.IsNull) return [];
        // One stream: { { key, entries } }, or { key, entries } where the connection speaks RESP3.
        var stream = reply[0].Resp2Type == ResultType.Array ? reply[0] : reply;
        var entries = (RedisResult[])stream[1]!;
        return [.. entries.Select(entry => EventKinds.Read(new EventFields((string)entry[0]!, (RedisValue[])entry[1]!)))];
    }

    /// <summary>Whether the stream still has the event of this id.</summary>
    public async Task<bool> HasAsync(string id) =>
        ((RedisResult[])(await connection.GetDatabase().ExecuteAsync("XRANGE", keys.Of("events"), id, id).ConfigureAwait(false))!).Length > 0;

    /// <summary>Closes the connection without waiting for the block to end.</summary>
    public async ValueTask DisposeAsync()
    {
        await connection.CloseAsync(allowCommandsToComplete: false).ConfigureAwait(false);
        await connection.DisposeAsync().ConfigureAwait(false);
    }
}
