using MassTransit.Transports;
using Microsoft.Extensions.Logging;
using WorkflowAspire.BullMQ.MassTransit.Configuration;

namespace WorkflowAspire.BullMQ.MassTransit.Consuming;

/// <summary>Makes the queue's worker, which gives its jobs to the consumers.</summary>
internal sealed class QueueWorker(BullMQHost host, string queueName, WorkerOptions options, TimeSpan stopTimeout, IJobConsumer consumer, ILoggerFactory? logs)
{
    public TimeSpan StopTimeout => stopTimeout;

    public TimeProvider Time => host.Time;

    public DeliveryMetrics Metrics => consumer.Metrics;

    /// <summary>Starts a worker; one that can't reach Redis waits for it in the background.</summary>
    /// <param name="ready">Awaited when Redis has answered the worker for the first time.</param>
    /// <param name="ct">Ends the wait; no worker is left then.</param>
    public async Task<Worker> StartAsync(Func<Task> ready, CancellationToken ct)
    {
        var redis = await host.ConnectAsync().WaitAsync(ct).ConfigureAwait(false);
        options.OnReady = ready;
        Worker? worker = null;
        worker = new Worker(queueName, (job, cancellation) => consumer.ConsumeAsync(new RedisJob(job, worker!, queueName, host.Time), cancellation), redis, options, logs?.CreateLogger<Worker>(), host.Time);
        await worker.StartAsync(ct).ConfigureAwait(false);
        return worker;
    }
}
