using WorkflowAspire.BullMQ.Protocol;

namespace WorkflowAspire.BullMQ;

// Pausing the queue, and sending single jobs elsewhere.
public sealed partial class Queue
{
    /// <summary>Stops all workers of the queue from taking jobs; running ones finish and new ones may be added.</summary>
    public Task PauseAsync(CancellationToken ct = default) => RunAsync(Script.Pause, ct);

    /// <summary>Lets the workers take jobs again.</summary>
    public async Task ResumeAsync(CancellationToken ct = default)
    {
        while ((long)await RunAsync(Script.Resume, ct).ConfigureAwait(false) > 0)
        {
        }
    }

    /// <summary>Whether the queue is paused.</summary>
    public Task<bool> IsPausedAsync(CancellationToken ct = default) => Database.HashExistsAsync(_keys.Meta, "paused").WaitAsync(ct);

    /// <summary>Lets a finished job be processed again.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="state">The state it is in: failed or completed.</param>
    /// <param name="resetAttemptsMade">Gives it all its attempts again.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="ArgumentOutOfRangeException">The state is not a finished one.</exception>
    public async Task<RetryResult> RetryJobAsync(
        string jobId, JobState state = JobState.Failed, bool resetAttemptsMade = false, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(jobId);
        if (state is not (JobState.Failed or JobState.Completed))
            throw new ArgumentOutOfRangeException(nameof(state), state, "Only failed and completed jobs can be retried.");
        if (await GetJobAsync(jobId, ct).ConfigureAwait(false) is not { } job) return RetryResult.Missing;
        var result = (long)await RunAsync(Script.Reprocess, ct, jobId, state.ToBullName(), resetAttemptsMade ? 1 : 0, job.Options.Lifo == true ? 1 : 0).ConfigureAwait(false);
        return result switch { 1 => RetryResult.Retried, -1 => RetryResult.Missing, _ => RetryResult.NotInState };
    }

    /// <summary>Removes a job with its logs and, by default, its children in whatever queues; whatever their state.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="removeChildren">Whether the job's children go with it, finished ones included, and theirs.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>False where the queue has no such job, or a worker is processing it or one of the children that it waits for.</returns>
    /// <exception cref="InvalidOperationException">The job is the newest of a job scheduler, which would end with it.</exception>
    public async Task<bool> RemoveJobAsync(string jobId, bool removeChildren = true, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(jobId);
        var result = (long)await RunAsync(Script.Remove, ct, jobId, removeChildren ? 1 : 0).ConfigureAwait(false);
        return result == BelongsToScheduler
            ? throw new InvalidOperationException($"Job '{jobId}' is the newest of a job scheduler, which would end with it; remove the scheduler instead.")
            : result == 1;
    }
}
