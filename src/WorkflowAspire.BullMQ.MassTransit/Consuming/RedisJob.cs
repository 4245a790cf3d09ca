namespace WorkflowAspire.BullMQ.MassTransit.Consuming;

/// <summary>A job that a worker took from Redis.</summary>
internal sealed class RedisJob(Job job, Worker worker, string queueName, TimeProvider time) : BullMQJob(job, queueName)
{
    public override Task UpdateProgressAsync(JobProgress progress, CancellationToken cancellationToken = default) => Job.UpdateProgressAsync(progress, cancellationToken);

    public override Task<long> LogAsync(string row, CancellationToken cancellationToken = default) => Job.LogAsync(row, cancellationToken);

    public override Task<bool> ExtendLockAsync(TimeSpan duration, CancellationToken cancellationToken = default) => Job.ExtendLockAsync(Token, duration, cancellationToken);

    private protected override Task MoveToDelayedAsync(TimeSpan delay, CancellationToken cancellationToken) =>
        Job.MoveToDelayedAsync(time.GetUtcNow() + delay, ct: cancellationToken);

    private protected override Task MoveToWaitingAsync(CancellationToken cancellationToken) => Job.MoveToWaitAsync(ct: cancellationToken);

    private protected override Task LimitQueueAsync(TimeSpan duration, CancellationToken cancellationToken) => worker.RateLimitAsync(duration, cancellationToken);
}
