using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging.Testing;
using StackExchange.Redis;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests.Connections;

/// <summary>A queue of its own for each test, on whatever connection the test chooses.</summary>
public abstract class ConnectionSpecification : IAsyncDisposable
{
    private readonly List<Worker> _workers = [];
    private readonly List<IConnectionMultiplexer> _connections = [];

    protected string QueueName { get; init; } = $"q-{Guid.NewGuid():N}";

    protected FakeLogger<Worker> Log { get; } = new();

    protected ConcurrentQueue<Job> Processed { get; } = new();

    protected static ReadOnlyMemory<byte> Json(string json) => Encoding.UTF8.GetBytes(json);

    /// <summary>Keeps a connection until the test ends.</summary>
    protected IConnectionMultiplexer Keep(IConnectionMultiplexer connection)
    {
        _connections.Add(connection);
        return connection;
    }

    protected async Task<Worker> StartWorker(IConnectionMultiplexer connection, WorkerOptions? options = null, JobProcessor? processor = null, TimeProvider? clock = null)
    {
        var worker = new Worker(QueueName, (job, ct) =>
        {
            Processed.Enqueue(job);
            return processor is null ? Task.FromResult(Json("null")) : processor(job, ct);
        }, connection, options, Log, clock);
        _workers.Add(worker);
        await worker.StartAsync();
        return worker;
    }

    protected static async Task<Job> Reaches(Queue queue, string jobId, JobState state)
    {
        await Eventually.True(async () => await Quietly(async () => await queue.GetJobStateAsync(jobId) == state));
        return (await queue.GetJobAsync(jobId))!;
    }

    /// <summary>False while the server can't be asked.</summary>
    protected static async Task<bool> Quietly(Func<Task<bool>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception error) when (error is RedisException or TimeoutException)
        {
            return false;
        }
    }

    protected int Logged(string text) => Log.Collector.GetSnapshot().Count(record => record.Message.Contains(text, StringComparison.Ordinal));

    public virtual async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers) await worker.CloseAsync(TimeSpan.FromSeconds(5));
        foreach (var connection in _connections) await connection.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
