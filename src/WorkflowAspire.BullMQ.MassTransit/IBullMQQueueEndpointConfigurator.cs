using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using MassTransit;
using StackExchange.Redis;

namespace WorkflowAspire.BullMQ.MassTransit;

/// <summary>One queue: its consumers and middleware, as with any receive endpoint, and how its worker takes jobs (see <see cref="WorkerOptions"/>).</summary>
public interface IBullMQQueueEndpointConfigurator : IReceiveEndpointConfigurator
{
    /// <summary>Jobs consumed at the same time.</summary>
    /// <value>Default: <see cref="IReceiveEndpointConfigurator.ConcurrentMessageLimit"/>, or else <see cref="IReceiveEndpointConfigurator.PrefetchCount"/>, which is 1 here, as in Node's package.</value>
    int Concurrency { set; }

    /// <summary>How long a job stays this worker's without a renewal; renewed well before.</summary>
    /// <value>Default 30 seconds.</value>
    TimeSpan LockDuration { set; }

    /// <summary>How often jobs of vanished workers are looked for.</summary>
    /// <value>Default 30 seconds.</value>
    TimeSpan StalledInterval { set; }

    /// <summary>How many times a job may stall before it fails for good.</summary>
    /// <value>Default 1.</value>
    int MaxStalledCount { set; }

    /// <summary>How many times a job may be taken, whatever became of it; null for no limit.</summary>
    int? MaxStartedAttempts { set; }

    /// <summary>How long an idle worker waits for the marker before it looks for itself.</summary>
    /// <value>Default 5 seconds.</value>
    TimeSpan DrainDelay { set; }

    /// <summary>How long a stopping bus waits for the running consumers; what runs on then is cancelled and handed back to the queue without losing an attempt.</summary>
    /// <value>Default 25 seconds: below the 30 that a host has to stop.</value>
    TimeSpan StopTimeout { set; }

    /// <summary>The worker's name, which its jobs and the list of workers show; null for none.</summary>
    string? WorkerName { set; }

    /// <summary>Which completed jobs stay, for jobs that don't say themselves; null for all.</summary>
    KeepJobs? RemoveOnComplete { set; }

    /// <summary>Which failed jobs stay, for jobs that don't say themselves; null for all.</summary>
    KeepJobs? RemoveOnFail { set; }

    /// <summary>How many jobs all workers of the queue together may take in a time; null for no limit.</summary>
    RateLimiterOptions? Limiter { set; }

    /// <summary>The wait before another attempt of jobs whose backoff type is neither <c>fixed</c> nor <c>exponential</c>.</summary>
    BackoffStrategy? BackoffStrategy { set; }

    /// <summary>Counts finished jobs minute by minute; null for no counts.</summary>
    MetricsOptions? Metrics { set; }

    /// <summary>Puts results, and the messages and stack traces of errors, into the activity <c>process</c>; see <see cref="WorkerOptions.TraceOutcomes"/>.</summary>
    /// <remarks>
    /// Where it is false, MassTransit doesn't see what consumers throw either, since its activities and faults quote it: it sees that an attempt failed
    /// and with which type. The job fails with what was thrown. A retry policy of MassTransit's can't choose by exception then.
    /// </remarks>
    /// <value>Default true.</value>
    bool TraceOutcomes { set; }

    /// <summary>Awaited after each failed attempt is recorded.</summary>
    Func<JobFailure, Task>? OnFailed { set; }

    /// <summary>Awaited after Redis has recorded that a job completed.</summary>
    Func<JobCompletion, Task>? OnCompleted { set; }

    /// <summary>Adjusts the connections that the worker opens for itself, for example with certificates.</summary>
    Action<ConfigurationOptions>? ConfigureBlockingConnection { set; }

    /// <summary>How payloads are read.</summary>
    /// <value>Default <see cref="JsonSerializerOptions.Web"/>: camelCase, case-insensitive.</value>
    JsonSerializerOptions JsonSerializerOptions { set; }

    /// <summary>How payloads are read, without reflection: a <see cref="JsonTypeInfo{T}"/> of the queue's type, from a source-generated context.</summary>
    JsonTypeInfo JsonTypeInfo { set; }

    /// <summary>Puts a job that fails for good into a dead letter queue, in the same script that fails it.</summary>
    /// <param name="queueName">The dead letter queue.</param>
    /// <param name="create">Makes the dead letter; null for the job's own name and payload.</param>
    void DeadLetter(string queueName, Func<Job, Exception, DeadLetterJob>? create = null);
}
