using System.Globalization;
using StackExchange.Redis;
using WorkflowAspire.BullMQ.Processing;

namespace WorkflowAspire.BullMQ;

/// <summary>The event stream of a queue, read on a connection of its own that blocks until there is something.</summary>
internal sealed class EventStream(QueueKeys keys, IConnectionMultiplexer connection) : IAsyncDisposable
{
    /// <summary>Before the first event of any stream.</summary>
    public const string Beginning = "0-0";

    // How many events one read brings at most, and about how many bytes.
    private const int MostEvents = 500;
    private const long MostBytes = 8_000_000;
    private const int Growth = 4;

    private static readonly TimeSpan LateAnswer = TimeSpan.FromSeconds(5);

    // Begins small: how large the events are is known when the first ones are here.
    private int _eventsPerRead = MostEvents / (Growth * Growth);

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
    public async Task<EventPage> ReadAsync(string after, TimeSpan longestBlock)
    {
        var asked = _eventsPerRead;
        // Where this read fails, because its events are too large to come in time, the next one gets on with a single one.
        _eventsPerRead = 1;
        var reply = await connection.GetDatabase().ExecuteAsync("XREAD", "COUNT", asked,
            "BLOCK", ((long)longestBlock.TotalMilliseconds).ToString(CultureInfo.InvariantCulture), "STREAMS", keys.Of("events"), after).ConfigureAwait(false);
        _eventsPerRead = asked;
        if (reply.IsNull) return EventPage.Empty;
        // One stream: { { key, entries } }, or { key, entries } where the connection speaks RESP3.
        var stream = reply[0].Resp2Type == ResultType.Array ? reply[0] : reply;
        var entries = (RedisResult[])stream[1]!;
        var events = entries.Select(entry => ReadEvent.Of(new EventFields((string)entry[0]!, (RedisValue[])entry[1]!))).ToList();
        _eventsPerRead = (int)Math.Clamp(MostBytes / Math.Max(1, events.Sum(read => read.Event.Size) / events.Count), 1, Math.Min(MostEvents, asked * Growth));
        return new EventPage(events, MayHaveMore: events.Count == asked);
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
