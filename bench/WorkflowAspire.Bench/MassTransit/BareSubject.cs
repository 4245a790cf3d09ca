using StackExchange.Redis;
using WorkflowAspire.BullMQ;

namespace WorkflowAspire.Bench.MassTransit;

/// <summary>A <see cref="Worker"/> whose processor reads the payload and does nothing with it.</summary>
internal sealed class BareSubject(IConnectionMultiplexer redis) : IConsumerSubject
{
    private static readonly Task<ReadOnlyMemory<byte>> Nothing = Task.FromResult<ReadOnlyMemory<byte>>("null"u8.ToArray());

    private Worker? _worker;

    public string Name => "bare worker";

    public Task StartAsync(string queue, int concurrency)
    {
        _worker = new Worker(queue, Process, redis, new WorkerOptions { Concurrency = concurrency });
        return _worker.StartAsync();
    }

    public Task StopAsync() => _worker!.CloseAsync();

    private static Task<ReadOnlyMemory<byte>> Process(Job job, CancellationToken cancellationToken)
    {
        var message = job.GetData(NoOpJson.Default.NoOp);
        return message is null ? throw new UnrecoverableError("The job has no data.") : Nothing;
    }
}
