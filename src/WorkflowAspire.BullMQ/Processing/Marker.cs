using System.Globalization;
using StackExchange.Redis;

namespace WorkflowAspire.BullMQ.Processing;

/// <summary>Blocks on the queue's marker, on a connection of its own, until there is something to take.</summary>
internal sealed class Marker(QueueKeys keys, IConnectionMultiplexer connection, TimeSpan drainDelay, TimeProvider time) : IAsyncDisposable
{
    // A blocked connection must notice within this time that its server is gone.
    private static readonly TimeSpan LongestBlock = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ShortestBlock = TimeSpan.FromMilliseconds(2);

    public static async Task<Marker> ConnectAsync(QueueKeys keys, IConnectionMultiplexer redis, WorkerOptions options, TimeProvider time)
    {
        var clientName = options.Name is { } name ? $"{keys.ClientName}:w:{name}" : keys.ClientName;
        var connection = await OwnConnection.ConnectAsync(redis, options, clientName,
            configuration => configuration.AsyncTimeout = (int)(LongestBlock + TimeSpan.FromSeconds(5)).TotalMilliseconds).ConfigureAwait(false);
        return new Marker(keys, connection, options.DrainDelay, time);
    }

    /// <summary>Returns when there may be something to take: the marker came, the next delayed job is due, or the wait grew long.</summary>
    public async Task WaitAsync(DateTimeOffset? nextDelayed)
    {
        while (true)
        {
            var wait = nextDelayed is { } due ? due - time.GetUtcNow() : drainDelay;
            if (wait <= TimeSpan.Zero) return;
            var block = wait < ShortestBlock ? ShortestBlock : wait < LongestBlock ? wait : LongestBlock;
            var popped = await connection.GetDatabase()
                .ExecuteAsync("BZPOPMIN", keys.Marker, block.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture)).ConfigureAwait(false);
            if (popped.IsNull) return;

            // The marker of a delayed job says when; this worker has it now and must keep that time.
            var score = double.Parse(((string[])popped!)[2], CultureInfo.InvariantCulture);
            if (score <= time.GetUtcNow().ToUnixTimeMilliseconds()) return;
            var announced = DateTimeOffset.FromUnixTimeMilliseconds((long)score);
            if (nextDelayed is null || announced < nextDelayed) nextDelayed = announced;
        }
    }

    /// <summary>Closes the connection without waiting for the block to end.</summary>
    public async ValueTask DisposeAsync()
    {
        await connection.CloseAsync(allowCommandsToComplete: false).ConfigureAwait(false);
        await connection.DisposeAsync().ConfigureAwait(false);
    }
}
