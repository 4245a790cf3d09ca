using WorkflowAspire.BullMQ.Protocol;
using WorkflowAspire.BullMQ.Telemetry;

namespace WorkflowAspire.BullMQ;

// Pausing the queue, and sending single jobs elsewhere.
public sealed partial class Queue
{
    /// <summary>Stops all workers of the queue from taking jobs; running ones finish and new ones may be added.</summary>
    public Task PauseAsync(CancellationToken ct = default) => TracedAsync("pause", _ => RunAsync(Script.Pause, ct));

    /// <summary>Lets the workers take jobs again.</summary>
    public Task ResumeAsync(CancellationToken ct = default) => TracedAsync("resume", async _ =>
    {
        // Only the first call tells the listeners.
        for (var isFirst = 1; (long)await RunAsync(Script.Resume, ct, isFirst).ConfigureAwait(false) > 0; isFirst = 0)
        {
        }
    });

    /// <summary>Whether the queue is paused.</summary>
    public Task<bool> IsPausedAsync(CancellationToken ct = default) => Database.HashExistsAsync(_keys.Meta, "paused").WaitAsync(ct);

    /// <summary>Lets a finished job be processed again.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="state">The state it is in: failed or completed.</param>
    /// <param name="resetAttemptsMade">Gives it all its attempts again.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="ArgumentOutOfRangeException">The state is not a finished one.</exception>
    public Task<RetryResult> RetryJobAsync(
        string jobId, JobState state = JobState.Failed, bool resetAttemptsMade = false, CancellationToken ct = default) =>
        RetryJobAsync(jobId, state, resetAttemptsMade, resetAttemptsStarted: false, ct);

    /// <inheritdoc cref="RetryJobAsync(string, JobState, bool, CancellationToken)"/>
    /// <param name="jobId">The job.</param>
    /// <param name="state">The state it is in: failed or completed.</param>
    /// <param name="resetAttemptsMade">Gives it all its attempts again.</param>
    /// <param name="resetAttemptsStarted">Forgets how often workers took it.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<RetryResult> RetryJobAsync(
        string jobId, JobState state, bool resetAttemptsMade, bool resetAttemptsStarted, CancellationToken ct = default)
    {
        JobOperations.RequireFinished(state);
        if (await GetJobAsync(jobId, ct).ConfigureAwait(false) is not { } job) return RetryResult.Missing;
        return await job.RetryAsync(state, resetAttemptsMade, resetAttemptsStarted, ct).ConfigureAwait(false);
    }

    /// <summary>Removes a job and its logs, whatever its state, and the jobs below it in a flow.</summary>
    /// <returns>False where the queue has no such job, or a worker is processing it or a child that it waits for; nothing was removed then.</returns>
    /// <exception cref="JobRefusedException">A job scheduler waits for the job.</exception>
    public Task<bool> RemoveJobAsync(string jobId, CancellationToken ct = default) => RemoveJobAsync(jobId, removeChildren: true, ct);

    /// <inheritdoc cref="RemoveJobAsync(string, CancellationToken)"/>
    /// <param name="jobId">The job.</param>
    /// <param name="removeChildren">Also the jobs below it in a flow, finished or not.</param>
    /// <param name="ct">Ends the wait.</param>
    public Task<bool> RemoveJobAsync(string jobId, bool removeChildren, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(jobId);
        return TracedAsync("remove", activity =>
        {
            activity?.SetTag(TelemetryAttributes.JobId, jobId).SetTag(TelemetryAttributes.JobOptions, removeChildren ? """{"removeChildren":true}""" : """{"removeChildren":false}""");
            return _connection.RemoveJobAsync(jobId, removeChildren, ct);
        });
    }
}
