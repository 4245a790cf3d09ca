namespace WorkflowAspire.BullMQ.MassTransit;

/// <summary>Adds jobs to a BullMQ queue. They carry the current trace, as Node's <c>bullmq-otel</c> does. Thread-safe, and independent of the bus being started.</summary>
/// <typeparam name="T">The payload.</typeparam>
public interface IBullMQProducer<in T>
    where T : class
{
    /// <summary>Adds a job with the producer's job name.</summary>
    /// <param name="data">The payload.</param>
    /// <param name="options">Delay, priority, job id, deduplication, attempts and so on; null for the producer's defaults.</param>
    /// <param name="cancellationToken">Ends the wait; a job that is on its way by then is added all the same.</param>
    /// <exception cref="ArgumentException">An option is outside its range; the message names it.</exception>
    /// <exception cref="StackExchange.Redis.RedisException">Redis can't be reached or refuses.</exception>
    /// <exception cref="StackExchange.Redis.RedisTimeoutException">Redis did not answer in time; adding again with the same job id is harmless.</exception>
    Task<Job> AddAsync(T data, JobOptions? options = null, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="AddAsync(T, JobOptions, CancellationToken)"/>
    /// <param name="name">The job's name.</param>
    /// <param name="data">The payload.</param>
    /// <param name="options">Delay, priority, job id, deduplication, attempts and so on; null for the producer's defaults.</param>
    /// <param name="cancellationToken">Ends the wait; a job that is on its way by then is added all the same.</param>
    Task<Job> AddAsync(string name, T data, JobOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Adds many jobs in their order, up to 1000 in one call to Redis, of which workers see all or none.</summary>
    /// <param name="data">The payloads.</param>
    /// <param name="options">The same for all of them, so without a job id; null for the producer's defaults.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ArgumentException">An option is outside its range, or names a job id; no job was added.</exception>
    /// <exception cref="StackExchange.Redis.RedisException">Redis can't be reached or refuses.</exception>
    Task<IReadOnlyList<Job>> AddBulkAsync(IEnumerable<T> data, JobOptions? options = null, CancellationToken cancellationToken = default);
}
