namespace WorkflowAspire.BullMQ.MassTransit.Testing;

/// <summary>A job that no Redis knows: what its consumer says is kept for the test.</summary>
internal sealed class InMemoryJob(BullMQTestJob record, string queueName) : BullMQJob(record.Job, queueName)
{
    public override Task UpdateProgressAsync(JobProgress progress, CancellationToken cancellationToken = default)
    {
        record.ProgressTold.Enqueue(progress);
        return Task.CompletedTask;
    }

    public override Task<long> LogAsync(string row, CancellationToken cancellationToken = default)
    {
        record.Rows.Enqueue(row);
        return Task.FromResult((long)record.Rows.Count);
    }

    public override Task<bool> ExtendLockAsync(TimeSpan duration, CancellationToken cancellationToken = default) => Task.FromResult(!cancellationToken.IsCancellationRequested);

    private protected override Task MoveToDelayedAsync(TimeSpan delay, CancellationToken cancellationToken)
    {
        record.Delay = delay;
        return Task.CompletedTask;
    }

    private protected override Task MoveToWaitingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private protected override Task LimitQueueAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        record.Delay = duration;
        return Task.CompletedTask;
    }
}
