using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging.Testing;
using StackExchange.Redis;
using WorkflowAspire.TestServers;

[assembly: AssemblyFixture(typeof(RedisServer))]
[assembly: AssemblyFixture(typeof(GarnetServer))]

namespace WorkflowAspire.BullMQ.Tests;

/// <summary>A queue of its own for each test, the workers it starts, and what they were given.</summary>
public abstract class QueueSpecification : IAsyncDisposable
{
    private readonly List<Worker> _workers = [];

    protected QueueSpecification(RedisCompatibleServer redis)
    {
        Redis = redis;
        Queue = new Queue($"q-{Guid.NewGuid():N}", redis.Connection);
        DeadLetters = new Queue($"{Queue.Name}-dlq", redis.Connection);
    }

    protected RedisCompatibleServer Redis { get; }

    protected Queue Queue { get; }

    protected Queue DeadLetters { get; }

    protected ConcurrentQueue<Job> Processed { get; } = new();

    protected FakeLogger<Worker> Log { get; } = new();

    protected static ReadOnlyMemory<byte> Json(string json) => Encoding.UTF8.GetBytes(json);

    protected static string Text(ReadOnlyMemory<byte> json) => Encoding.UTF8.GetString(json.Span);

    protected Task<Job> Add(JobOptions? options = null, string data = """{"n":1}""") => Queue.AddAsync("work", Json(data), options);

    protected Task<Worker> StartWorker(WorkerOptions? options = null) => StartWorker((_, _) => Task.FromResult(Json("null")), options);

    protected async Task<Worker> StartWorker(JobProcessor processor, WorkerOptions? options = null)
    {
        var worker = new Worker(Queue.Name, (job, ct) =>
        {
            Processed.Enqueue(job);
            return processor(job, ct);
        }, Redis.Connection, options ?? new WorkerOptions(), Log);
        _workers.Add(worker);
        await worker.StartAsync();
        return worker;
    }

    protected Task<Job> Reaches(Job job, JobState state) => Reaches(job.Id, state);

    protected async Task<Job> Reaches(string jobId, JobState state)
    {
        await Eventually.Get(() => Queue.GetJobStateAsync(jobId), now => now == state);
        return (await Queue.GetJobAsync(jobId))!;
    }

    /// <summary>What the end of an attempt has changed of this object is what it has changed in Redis.</summary>
    protected async Task IsAsRedisHasIt(Job job)
    {
        var read = (await Queue.GetJobAsync(job.Id))!;
        (job.AttemptsMade, job.FinishedOn, job.FailedReason, job.Delay).ShouldBe((read.AttemptsMade, read.FinishedOn, read.FailedReason, read.Delay));
        job.Stacktrace.ShouldBe(read.Stacktrace);
        (job.ReturnValue is { } value ? Text(value) : null).ShouldBe(read.ReturnValue is { } stored ? Text(stored) : null);
    }

    protected RedisKey Key(string part) => $"bull:{Queue.Name}:{part}";

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers) await worker.CloseAsync(TimeSpan.FromSeconds(5));
        GC.SuppressFinalize(this);
    }
}
