using System.Globalization;
using StackExchange.Redis;
using WorkflowAspire.BullMQ.Protocol;

namespace WorkflowAspire.BullMQ.Processing;

/// <summary>Blocks on the queue's marker, on a connection of its own, until there is something to take.</summary>
internal sealed class Marker(QueueConnection queue, WorkerOptions options) : IAsyncDisposable
{
    // A blocked connection must notice within this time that its server is gone.
    private static readonly TimeSpan LongestBlock = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ShortestBlock = TimeSpan.FromMilliseconds(2);

    private bool _isLoaded;

    public static async Task<Marker> ConnectAsync(QueueKeys keys, IConnectionMultiplexer redis, WorkerOptions options, TimeProvider time)
    {
        var clientName = options.Name is { } name ? $"{keys.ClientName}:w:{name}" : keys.ClientName;
        var connection = await OwnConnection.ConnectAsync(redis, options, clientName,
            configuration => configuration.AsyncTimeout = (int)(LongestBlock + TimeSpan.FromSeconds(5)).TotalMilliseconds).ConfigureAwait(false);
        return new Marker(new QueueConnection(keys, connection.GetDatabase(), time), options);
    }

    /// <summary>Returns when there may be something to take: the marker came, the next delayed job is due, or the wait grew long.</summary>
    public async Task WaitAsync(DateTimeOffset? nextDelayed)
    {
        while (true)
        {
            var wait = nextDelayed is { } due ? due - queue.Time.GetUtcNow() : options.DrainDelay;
            if (wait <= TimeSpan.Zero) return;
            var popped = await PopAsync(wait).ConfigureAwait(false);
            if (popped.IsNull) return;

            // The marker of a delayed job says when; this worker has it now and must keep that time.
            var score = (double)((RedisValue[])popped!)[2];
            if (score <= queue.Time.GetUtcNow().ToUnixTimeMilliseconds()) return;
            var announced = AnyForm.Date(score);
            if (nextDelayed is null || announced < nextDelayed) nextDelayed = announced;
        }
    }

    /// <summary>
    /// Whether a call may wait behind the marker. Redis and Valkey forget it when its connection is closed; Garnet may go on and take the marker away from others.
    /// </summary>
    public bool CanTake => EndsBeforeLocks && queue.Redis.GetServers().All(server => server.GetProductVariant(out _) is ProductVariant.Redis or ProductVariant.Valkey);

    // Locks are renewed long before half of their time is over. A frozen worker's call has been made before the jobs that it processes are found
    // stalled, and so doesn't take them again.
    private bool EndsBeforeLocks => Block(options.DrainDelay) <= options.LockDuration / 2;

    /// <summary>Takes a job as soon as the marker comes, or the wait grew long.</summary>
    /// <remarks>
    /// The call is on its way before: a server begins a connection's next command as soon as the one that blocks it is over. The way from the server to
    /// the worker and back, and waking both, are gone from the time in which an idle worker gets a job.
    /// </remarks>
    public async Task<Exchanged> TakeAsync(Exchange exchange, Moment earlier)
    {
        if (!_isLoaded) await Script.Take.LoadAsync(queue.Redis).ConfigureAwait(false);
        _isLoaded = true;
        var (popping, taking) = (PopAsync(options.DrainDelay), exchange.TakeLaterAsync(queue, earlier));
        await Task.WhenAll(popping, taking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var exchanged = await taking.ConfigureAwait(false);
        // A wait that failed is told; a job that was taken nevertheless is more important.
        if (exchanged.Taken.Count == 0) await popping.ConfigureAwait(false);
        return exchanged;
    }

    private static TimeSpan Block(TimeSpan wait) => wait < ShortestBlock ? ShortestBlock : wait < LongestBlock ? wait : LongestBlock;

    private Task<RedisResult> PopAsync(TimeSpan wait) =>
        queue.Database.ExecuteAsync("BZPOPMIN", queue.Keys.Marker, Block(wait).TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture));

    /// <summary>Closes the connection without waiting for the block to end.</summary>
    public async ValueTask DisposeAsync()
    {
        await queue.Redis.CloseAsync(allowCommandsToComplete: false).ConfigureAwait(false);
        await queue.Redis.DisposeAsync().ConfigureAwait(false);
    }
}
