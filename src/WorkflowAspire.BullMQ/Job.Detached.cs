using WorkflowAspire.BullMQ.Protocol;

namespace WorkflowAspire.BullMQ;

// Jobs for tests.
public sealed partial class Job
{
    /// <summary>Makes a job that is in no queue, as a worker would have taken it, so that what processes jobs can be tested without Redis.</summary>
    /// <remarks>What would need Redis (progress, logs, moving the job) throws <see cref="InvalidOperationException"/>.</remarks>
    /// <param name="queueName">The queue it claims to be of.</param>
    /// <param name="id">Its id.</param>
    /// <param name="name">Its name.</param>
    /// <param name="data">The payload: UTF-8 JSON.</param>
    /// <param name="options">Its options; null for BullMQ's defaults.</param>
    /// <param name="attemptsMade">How many attempts have ended.</param>
    /// <param name="timeProvider">The clock; null for the system's.</param>
    /// <exception cref="ArgumentException">The queue's name is empty or has a colon, or an option is outside its range; the message names it.</exception>
    public static Job Detached(
        string queueName, string id, string name, ReadOnlyMemory<byte> data, JobOptions? options = null, int attemptsMade = 0, TimeProvider? timeProvider = null)
    {
        QueueKeys.Validate(queueName, nameof(queueName));
        ArgumentException.ThrowIfNullOrEmpty(id);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentOutOfRangeException.ThrowIfNegative(attemptsMade);
        options ??= new JobOptions();
        options.Validate();
        var time = timeProvider ?? TimeProvider.System;
        return new Job(new QueueConnection(new QueueKeys("bull", queueName), null, time), id, name)
        {
            Data = data,
            Options = options,
            Timestamp = options.Timestamp ?? time.GetUtcNow(),
            Priority = options.Priority ?? 0,
            DeduplicationId = options.Deduplication?.Id,
            AttemptsMade = attemptsMade,
            AttemptsStarted = attemptsMade + 1,
            ProcessedOn = time.GetUtcNow(),
            Token = $"{id}:{attemptsMade}",
        };
    }
}
