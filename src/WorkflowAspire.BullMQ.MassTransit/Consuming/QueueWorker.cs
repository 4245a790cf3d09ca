using MassTransit.Transports;
using Microsoft.Extensions.Logging;
using WorkflowAspire.BullMQ.MassTransit.Configuration;

namespace WorkflowAspire.BullMQ.MassTransit.Consuming;

/// <summary>Takes the jobs from Redis, with a worker for each time that the endpoint is started.</summary>
internal sealed class QueueWorker(BullMQHost host, string queueName, WorkerOptions options, TimeSpan stopTimeout, IJobConsumer consumer, ILoggerFactory? logs) : IQueueReceiver
{
    public TimeProvider Time => host.Time;

    public DeliveryMetrics Metrics => consumer.Metrics;

    // A worker that can't reach Redis waits for it in the background, and is ready when it has.
    public async Task<Func<Task>> StartAsync(Func<Task> ready, CancellationToken ct)
    {
        var redis = await host.ConnectAsync().WaitAsync(ct).ConfigureAwait(false);
        options.OnReady = ready;
        Worker? worker = null;
        worker = new Worker(queueName, (job, cancellation) => consumer.ConsumeAsync(new RedisJob(job, worker!, queueName, host.Time), cancellation), redis, options, logs?.CreateLogger<Worker>(), host.Time);
        await worker.StartAsync(ct).ConfigureAwait(false);
        return () => worker.CloseAsync(stopTimeout);
    }
}
