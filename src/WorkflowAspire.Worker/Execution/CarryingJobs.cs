using StackExchange.Redis;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Dispatch;

namespace WorkflowAspire.Worker.Execution;

/// <summary>Tells whether a job of the execution queue may still bring its run on.</summary>
internal sealed class CarryingJobs(IConnectionMultiplexer redis, TimeProvider time)
{
    private readonly Queue _queue = new(ExecutionQueue.Name, redis, timeProvider: time);

    /// <summary>Whether a job waits, is delayed or is being processed.</summary>
    public async Task<bool> IsUnderWayAsync(string jobId, CancellationToken ct) =>
        await _queue.GetJobStateAsync(jobId, ct) is not (JobState.Unknown or JobState.Completed or JobState.Failed);
}
