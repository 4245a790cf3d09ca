using System.Diagnostics;
using System.Text;
using WorkflowAspire.BullMQ;

namespace WorkflowAspire.Bench.MassTransit;

/// <summary>What a round found, a job.</summary>
/// <param name="WallMicroseconds">Time from job to job.</param>
/// <param name="CpuMicroseconds">CPU time of the whole process, the benchmark's own included.</param>
/// <param name="Bytes">Bytes allocated.</param>
internal sealed record ConsumerFigures(double WallMicroseconds, double CpuMicroseconds, double Bytes);

/// <summary>One round: the same jobs processed in one way. The first tenth, which pays for starting, isn't counted.</summary>
internal sealed class ConsumerRound(PrivateRedis redis, int jobs)
{
    private const string QueueName = "consume";
    private const int Concurrency = 100;
    private static readonly byte[] Payload = Encoding.UTF8.GetBytes($$"""{"text":"{{new string('x', 280)}}"}""");

    public async Task<ConsumerFigures> RunAsync(IConsumerSubject subject)
    {
        await redis.EmptyAsync();
        var queue = new Queue(QueueName, redis.Connection);
        foreach (var call in Enumerable.Range(0, jobs).Chunk(500)) await queue.AddBulkAsync(call.Select(_ => new NewJob("work", Payload)));
        GC.Collect();

        await using var running = await subject.StartAsync(QueueName, Concurrency);
        var first = await redis.ReachedAsync(QueueName, jobs / 10);
        var (watch, cpu, bytes) = (Stopwatch.StartNew(), Cpu(), GC.GetTotalAllocatedBytes());
        var last = await redis.ReachedAsync(QueueName, jobs);
        var counted = last - first;
        return new ConsumerFigures(
            watch.Elapsed.TotalMicroseconds / counted, (Cpu() - cpu).TotalMicroseconds / counted, (double)(GC.GetTotalAllocatedBytes() - bytes) / counted);
    }

    private static TimeSpan Cpu()
    {
        using var self = Process.GetCurrentProcess();
        return self.TotalProcessorTime;
    }
}
