namespace WorkflowAspire.BullMQ.MassTransit;

/// <summary>
/// The rider's queues without Redis, for tests of consumers. Jobs go through the endpoints as configured, middleware and all, so MassTransit's own
/// <c>ITestHarness</c> sees what is consumed and published. Registered by <c>AddBullMQTestHarness</c>; works once MassTransit's harness is started.
/// </summary>
public interface IBullMQTestHarness
{
    /// <summary>Gives a job to the consumers of a queue and waits for its end. Further attempts follow at once, whatever the backoff.</summary>
    /// <param name="queueName">The queue, which has an endpoint.</param>
    /// <param name="data">The payload, written with <see cref="System.Text.Json.JsonSerializerOptions.Web"/>.</param>
    /// <param name="options">As for a producer; null for one attempt.</param>
    /// <param name="cancellationToken">Cancels the consumer's token, as a lost lock would.</param>
    /// <returns>What became of it: completed, failed for good, or put off by its consumer.</returns>
    /// <exception cref="InvalidOperationException">The queue has no endpoint, or it is not started; the message says which queues there are.</exception>
    Task<BullMQTestJob> ProcessAsync<T>(string queueName, T data, JobOptions? options = null, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="ProcessAsync{T}"/>
    /// <param name="queueName">The queue, which has an endpoint.</param>
    /// <param name="name">The job's name.</param>
    /// <param name="json">The payload as a producer would write it.</param>
    /// <param name="options">As for a producer; null for one attempt.</param>
    /// <param name="cancellationToken">Cancels the consumer's token, as a lost lock would.</param>
    Task<BullMQTestJob> ProcessJsonAsync(string queueName, string name, ReadOnlyMemory<byte> json, JobOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>All jobs of a queue so far, oldest first: what producers added (consumed in the background, where the queue has an endpoint), what this harness processed, and dead letters.</summary>
    IReadOnlyList<BullMQTestJob> JobsOf(string queueName);
}
