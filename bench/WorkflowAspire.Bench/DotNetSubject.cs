using System.Diagnostics;
using System.Text;
using StackExchange.Redis;
using WorkflowAspire.BullMQ;

namespace WorkflowAspire.Bench;

/// <summary>This repository's library, in this process.</summary>
internal sealed class DotNetSubject(IConnectionMultiplexer redis) : ISubject
{
    private static readonly byte[] Payload = Encoding.UTF8.GetBytes($$"""{"text":"{{new string('x', 280)}}"}""");
    private static readonly ReadOnlyMemory<byte> Nothing = "null"u8.ToArray();

    private Worker? _worker;

    public string Name => "this library";

    public async Task<TimeSpan> AddAsync(string queue, int jobs, int callers)
    {
        var target = new Queue(queue, redis);
        var left = jobs;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0) await target.AddAsync("work", Payload);
        })));
        return watch.Elapsed;
    }

    public async Task<TimeSpan> AddBulkAsync(string queue, int jobs, int jobsPerCall)
    {
        var target = new Queue(queue, redis);
        var watch = Stopwatch.StartNew();
        foreach (var call in Enumerable.Range(0, jobs).Chunk(jobsPerCall)) await target.AddBulkAsync(call.Select(_ => new NewJob("work", Payload)));
        return watch.Elapsed;
    }

    public Task StartWorkerAsync(string queue, int concurrency) => StartWorkerAsync(queue, concurrency, keep: null);

    public async Task StartWorkerAsync(string queue, int concurrency, KeepJobs? keep)
    {
        _worker = new Worker(queue, (_, _) => Task.FromResult(Nothing), redis, new WorkerOptions { Concurrency = concurrency, RemoveOnComplete = keep });
        await _worker.StartAsync();
    }

    public Task CloseWorkerAsync() => _worker!.CloseAsync();

    public async Task<double[]> LatencyAsync(string queue, int samples, TimeSpan gap)
    {
        var target = new Queue(queue, redis);
        TaskCompletionSource<long>? arrival = null;
        await using var worker = new Worker(queue, (_, _) =>
        {
            arrival!.SetResult(Stopwatch.GetTimestamp());
            return Task.FromResult(Nothing);
        }, redis);
        await worker.StartAsync();
        var found = new double[samples];
        for (var i = 0; i < samples; i++)
        {
            await Task.Delay(gap);
            arrival = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
            var asked = Stopwatch.GetTimestamp();
            await target.AddAsync("work", Payload);
            found[i] = Stopwatch.GetElapsedTime(asked, await arrival.Task).TotalMicroseconds;
        }

        return found;
    }

    public Task<TimeSpan> CpuAsync()
    {
        using var self = Process.GetCurrentProcess();
        return Task.FromResult(self.TotalProcessorTime);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
