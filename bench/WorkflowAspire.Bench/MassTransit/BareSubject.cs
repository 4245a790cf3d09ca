using StackExchange.Redis;
using WorkflowAspire.BullMQ;

namespace WorkflowAspire.Bench.MassTransit;

/// <summary>A <see cref="Worker"/> whose processor reads the payload and does nothing with it.</summary>
internal sealed class BareSubject(IConnectionMultiplexer redis) : IConsumerSubject
{
    private static readonly Task<ReadOnlyMemory<byte>> Nothing = Task.FromResult<ReadOnlyMemory<byte>>("null"u8.ToArray());

    public async Task<IAsyncDisposable> StartAsync(string queue, int concurrency)
    {
        var worker = new Worker(queue, Process, redis, new WorkerOptions { Concurrency = concurrency });
        await worker.StartAsync();
        return worker;
    }

    private static Task<ReadOnlyMemory<byte>> Process(Job job, CancellationToken cancellationToken)
    {
        var message = job.GetData(NoOpJson.Default.NoOp);
        return message is null ? throw new UnrecoverableError("The job has no data.") : Nothing;
    }
}
