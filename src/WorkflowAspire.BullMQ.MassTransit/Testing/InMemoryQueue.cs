using System.Collections.Concurrent;
using System.Globalization;
using MassTransit;
using MassTransit.Transports;
using WorkflowAspire.BullMQ.MassTransit.Consuming;

namespace WorkflowAspire.BullMQ.MassTransit.Testing;

/// <summary>A queue of a test: its jobs and, while its endpoint is started, its consumers.</summary>
internal sealed class InMemoryQueue(string name, InMemoryQueues queues)
{
    private readonly ConcurrentQueue<BullMQTestJob> _jobs = new();
    private volatile IJobConsumer? _consumer;
    private DeadLetterOptions? _deadLetter;
    private int _lastId;

    public string Name => name;

    public bool HasConsumer => _consumer is not null;

    public IReadOnlyList<BullMQTestJob> Jobs => [.. _jobs];

    /// <summary>Adds a job; one whose id is there already is not added again.</summary>
    public (BullMQTestJob Job, bool IsNew) Add(NewJob added, string? givenId = null)
    {
        lock (_jobs)
        {
            var id = givenId ?? added.Options?.JobId;
            if (id is not null && _jobs.FirstOrDefault(known => known.Job.Id == id) is { } there) return (there, false);
            var job = new BullMQTestJob(Job.Detached(name, id ?? (++_lastId).ToString(CultureInfo.InvariantCulture), added.Name, added.Data, added.Options));
            _jobs.Enqueue(job);
            return (job, true);
        }
    }

    /// <summary>Gives a job to the consumers until it has come to an end. Without consumers it stays waiting; one that is being processed is left alone.</summary>
    public async Task ProcessAsync(BullMQTestJob record, CancellationToken ct)
    {
        if (_consumer is not { } consumer || !record.TryTake()) return;
        while (await AttemptAsync(consumer, record, ct).ConfigureAwait(false))
            record.Job = Job.Detached(name, record.Job.Id, record.Job.Name, record.Job.Data, record.Job.Options, record.Attempts);
    }

    public IQueueReceiver Receiver(DeadLetterOptions? deadLetter, IJobConsumer consumer)
    {
        _deadLetter = deadLetter;
        return new ReceiverOf(this, consumer);
    }

    /// <returns>True where another attempt is to follow.</returns>
    private async Task<bool> AttemptAsync(IJobConsumer consumer, BullMQTestJob record, CancellationToken ct)
    {
        try
        {
            var result = await consumer.ConsumeAsync(new InMemoryJob(record, name), ct).ConfigureAwait(false);
            (record.ResultJson, record.Error, record.Attempts) = (result, null, record.Attempts + 1);
            record.Settle(JobState.Completed);
            return false;
        }
        catch (Exception error) when (Outcome.IsMoved(error))
        {
            record.Settle(error is DelayedError ? JobState.Delayed : error is WaitingChildrenError ? JobState.WaitingChildren : JobState.Waiting);
            return false;
        }
        catch (Exception error)
        {
            (record.Error, record.Attempts) = (error, record.Attempts + 1);
            if (error is not UnrecoverableError && record.Job.HasAttemptsLeft) return true;
            if (_deadLetter is { } deadLetter) queues.AddDeadLetter(deadLetter.QueueName, record.Job.Id, LetterOf(deadLetter, record.Job, error));
            record.Settle(JobState.Failed);
            return false;
        }
    }

    // As a worker does: a dead letter is not lost because its maker fails.
    private static DeadLetterJob LetterOf(DeadLetterOptions deadLetter, Job job, Exception error)
    {
        try
        {
            return deadLetter.Create(job, error);
        }
        catch (Exception failure)
        {
            LogContext.Error?.Log(failure, "The dead letter of job {JobId} could not be made; its own payload goes to the dead letter queue", job.Id);
            return new DeadLetterJob(job.Name, job.Data);
        }
    }

    private sealed class ReceiverOf(InMemoryQueue queue, IJobConsumer consumer) : IQueueReceiver
    {
        public TimeProvider Time => TimeProvider.System;

        public DeliveryMetrics Metrics => consumer.Metrics;

        public async Task<Func<Task>> StartAsync(Func<Task> ready, CancellationToken ct)
        {
            queue._consumer = consumer;
            await ready().ConfigureAwait(false);
            foreach (var job in queue.Jobs.Where(job => job.State == JobState.Waiting)) _ = Task.Run(() => queue.ProcessAsync(job, CancellationToken.None), CancellationToken.None);
            return () =>
            {
                queue._consumer = null;
                return Task.CompletedTask;
            };
        }
    }
}
