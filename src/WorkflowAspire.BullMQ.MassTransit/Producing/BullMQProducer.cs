using System.Text.Json;
using StackExchange.Redis;
using WorkflowAspire.BullMQ.MassTransit.Configuration;

namespace WorkflowAspire.BullMQ.MassTransit.Producing;

/// <summary>A <see cref="Queue"/> that knows the type of its payloads.</summary>
internal sealed class BullMQProducer<T>(ProducerSettings<T> settings, BullMQHost host, Action buildBus) : IBullMQProducer<T>, IDisposable
    where T : class
{
    // The rider's connection is another one after the bus was stopped.
    private volatile OpenQueue? _last;

    public Task<Job> AddAsync(T data, JobOptions? options = null, CancellationToken cancellationToken = default) =>
        AddAsync(settings.JobName, data, options, cancellationToken);

    public async Task<Job> AddAsync(string name, T data, JobOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        buildBus();
        var json = JsonSerializer.SerializeToUtf8Bytes(data, settings.TypeInfo);
        if (host.InMemory is { } queues) return queues.Add(settings.QueueName, new NewJob(name, json, Complete(options)));
        var queue = await QueueAsync(cancellationToken).ConfigureAwait(false);
        return await queue.AddAsync(name, json, options, cancellationToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<Job>> AddBulkAsync(IEnumerable<T> data, JobOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (options?.JobId is { } jobId) throw new ArgumentException($"Jobs that are added together can't share the job id '{jobId}'.", nameof(options));
        buildBus();
        var jobs = data.Select(item => new NewJob(settings.JobName, JsonSerializer.SerializeToUtf8Bytes(item, settings.TypeInfo), options)).ToList();
        if (host.InMemory is { } queues) return [.. jobs.Select(job => queues.Add(settings.QueueName, job with { Options = Complete(options) }))];
        var queue = await QueueAsync(cancellationToken).ConfigureAwait(false);
        return await queue.AddBulkAsync(jobs, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => host.CloseAsync().GetAwaiter().GetResult();

    private JobOptions Complete(JobOptions? options) => (options ?? new JobOptions()).WithDefaults(settings.DefaultJobOptions);

    private async ValueTask<Queue> QueueAsync(CancellationToken ct)
    {
        var redis = await host.ConnectAsync().WaitAsync(ct).ConfigureAwait(false);
        if (_last is { } last && last.Redis == redis) return last.Queue;
        var queue = new Queue(settings.QueueName, redis, new QueueOptions { Prefix = host.Prefix, DefaultJobOptions = settings.DefaultJobOptions }, host.Time);
        _last = new OpenQueue(redis, queue);
        return queue;
    }

    private sealed record OpenQueue(IConnectionMultiplexer Redis, Queue Queue);
}
