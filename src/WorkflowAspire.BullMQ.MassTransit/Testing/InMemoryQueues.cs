using System.Collections.Concurrent;
using System.Text.Json;
using WorkflowAspire.BullMQ.MassTransit.Consuming;

namespace WorkflowAspire.BullMQ.MassTransit.Testing;

/// <summary>All queues of a test.</summary>
internal sealed class InMemoryQueues : IBullMQTestHarness
{
    private readonly ConcurrentDictionary<string, InMemoryQueue> _queues = new();

    public IQueueReceiver Receiver(string queueName, DeadLetterOptions? deadLetter, IJobConsumer consumer) => Named(queueName).Receiver(deadLetter, consumer);

    /// <summary>What a producer adds. It is consumed in the background, as it would be by another process.</summary>
    public Job Add(string queueName, NewJob added, string? id = null)
    {
        var queue = Named(queueName);
        var (record, isNew) = queue.Add(added, id);
        if (isNew) _ = Task.Run(() => queue.ProcessAsync(record, CancellationToken.None));
        return record.Job;
    }

    public void AddDeadLetter(string queueName, string jobId, DeadLetterJob letter) =>
        Add(queueName, new NewJob(letter.Name, letter.Data), jobId);

    public Task<BullMQTestJob> ProcessAsync<T>(string queueName, T data, JobOptions? options = null, CancellationToken cancellationToken = default) =>
        ProcessJsonAsync(queueName, typeof(T).Name, JsonSerializer.SerializeToUtf8Bytes(data, JsonSerializerOptions.Web), options, cancellationToken);

    public async Task<BullMQTestJob> ProcessJsonAsync(string queueName, string name, ReadOnlyMemory<byte> json, JobOptions? options = null, CancellationToken cancellationToken = default)
    {
        var queue = Named(queueName);
        if (!queue.HasConsumer)
        {
            var others = string.Join(", ", _queues.Values.Where(other => other.HasConsumer).Select(other => $"'{other.Name}'"));
            throw new InvalidOperationException(
                $"The queue '{queueName}' has no endpoint that is started; {(others.Length == 0 ? "no queue has: start MassTransit's harness first" : $"there are {others}")}.");
        }

        var (record, isNew) = queue.Add(new NewJob(name, json, options));
        await (isNew ? queue.ProcessAsync(record, cancellationToken) : record.Settled.WaitAsync(cancellationToken)).ConfigureAwait(false);
        return record;
    }

    public IReadOnlyList<BullMQTestJob> JobsOf(string queueName) => Named(queueName).Jobs;

    private InMemoryQueue Named(string queueName) => _queues.GetOrAdd(queueName, static (name, queues) => new InMemoryQueue(name, queues), this);
}
