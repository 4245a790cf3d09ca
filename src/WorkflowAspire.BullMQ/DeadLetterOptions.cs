namespace WorkflowAspire.BullMQ;

/// <summary>Where a worker puts the jobs that fail for good. The job enters <c>failed</c> and the dead letter queue in one script.</summary>
/// <remarks>
/// The dead letter's id is the job's own, so that routing twice leaves one. In a Redis Cluster whose slots part the two
/// queues, the dead letter is written first and the job failed after it.
/// </remarks>
public sealed class DeadLetterOptions
{
    /// <summary>The dead letter queue.</summary>
    public required string QueueName { get; init; }

    /// <summary>Makes the dead letter of a job, when its last attempt has failed and before anything is written.</summary>
    public required Func<Job, Exception, DeadLetterJob> Create { get; init; }
}

/// <summary>A job of a dead letter queue.</summary>
/// <param name="Name">The job's name.</param>
/// <param name="Data">The payload: UTF-8 JSON.</param>
public sealed record DeadLetterJob(string Name, ReadOnlyMemory<byte> Data);
