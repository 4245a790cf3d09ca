using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using WorkflowAspire.BullMQ.Protocol;

namespace WorkflowAspire.BullMQ;

// What may be done to the job. What it says of itself follows once Redis has the change.
public sealed partial class Job
{
    /// <summary>Gives the job another payload.</summary>
    /// <param name="data">The payload: UTF-8 JSON, stored byte for byte.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="JobRefusedException">The job is gone.</exception>
    public async Task UpdateDataAsync(ReadOnlyMemory<byte> data, CancellationToken ct = default)
    {
        await _connection.UpdateDataAsync(Id, data, ct).ConfigureAwait(false);
        Data = data;
    }

    /// <inheritdoc cref="UpdateDataAsync(ReadOnlyMemory{byte}, CancellationToken)"/>
    /// <param name="data">The payload.</param>
    /// <param name="typeInfo">How the payload is written as JSON.</param>
    /// <param name="ct">Ends the wait.</param>
    public Task UpdateDataAsync<T>(T data, JsonTypeInfo<T> typeInfo, CancellationToken ct = default) =>
        UpdateDataAsync(JsonSerializer.SerializeToUtf8Bytes(data, typeInfo), ct);

    /// <summary>Tells how far the job is; listeners get the event <c>progress</c>.</summary>
    /// <exception cref="JobRefusedException">The job is gone.</exception>
    public async Task UpdateProgressAsync(JobProgress progress, CancellationToken ct = default)
    {
        await _connection.UpdateProgressAsync(Id, progress, ct).ConfigureAwait(false);
        Progress = progress;
        _exchange?.TellProgress(this, progress);
    }

    /// <summary>Makes a delayed job available now.</summary>
    /// <exception cref="JobRefusedException">The job is not delayed.</exception>
    public async Task PromoteAsync(CancellationToken ct = default)
    {
        await _connection.ChangeAsync(Script.Promote, Id, JobState.Delayed, ct, Id).ConfigureAwait(false);
        Delay = TimeSpan.Zero;
    }

    /// <summary>Makes a delayed job available after another delay, counted from now.</summary>
    /// <param name="delay">The delay; to the millisecond.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="ArgumentOutOfRangeException">The delay is negative.</exception>
    /// <exception cref="JobRefusedException">The job is gone or not delayed.</exception>
    public async Task ChangeDelayAsync(TimeSpan delay, CancellationToken ct = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        await _connection.ChangeAsync(Script.ChangeDelay, Id, JobState.Delayed, ct, Id, (long)delay.TotalMilliseconds).ConfigureAwait(false);
        Delay = delay;
    }

    /// <summary>Gives the job another priority. A job that waits moves at once; one in another state has it when it waits again.</summary>
    /// <param name="priority">1 is the highest, <see cref="JobOptions.LowestPriority"/> the lowest; 0 comes before them all.</param>
    /// <param name="lifo">In front of the waiting jobs of the same priority, not behind them.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="ArgumentOutOfRangeException">The priority is outside its range.</exception>
    /// <exception cref="JobRefusedException">The job is gone.</exception>
    public async Task ChangePriorityAsync(int priority, bool lifo = false, CancellationToken ct = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(priority);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(priority, JobOptions.LowestPriority);
        await _connection.ChangeAsync(Script.ChangePriority, Id, JobState.Unknown, ct, Id, priority, lifo ? 1 : 0).ConfigureAwait(false);
        Priority = priority;
    }

    /// <summary>Lets the job be processed again, if it has finished.</summary>
    /// <param name="state">The state it is in: failed or completed.</param>
    /// <param name="resetAttemptsMade">Gives it all its attempts again.</param>
    /// <param name="resetAttemptsStarted">Forgets how often workers took it.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="ArgumentOutOfRangeException">The state is not a finished one.</exception>
    public async Task<RetryResult> RetryAsync(
        JobState state = JobState.Failed, bool resetAttemptsMade = false, bool resetAttemptsStarted = false, CancellationToken ct = default)
    {
        var result = await _connection.RetryJobAsync(Id, state, Options.Lifo == true, resetAttemptsMade, resetAttemptsStarted, ct).ConfigureAwait(false);
        if (result != RetryResult.Retried) return result;
        (FailedReason, FinishedOn, ProcessedOn, ReturnValue) = (null, null, null, null);
        if (resetAttemptsMade) AttemptsMade = 0;
        if (resetAttemptsStarted) AttemptsStarted = 0;
        return result;
    }

    /// <summary>Removes the job and its logs, whatever its state.</summary>
    /// <param name="removeChildren">Also the jobs below it in a flow, finished or not.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>False where the job is gone already, or a worker is processing it or a child that it waits for; nothing was removed then.</returns>
    /// <exception cref="JobRefusedException">A job scheduler waits for the job.</exception>
    public Task<bool> RemoveAsync(bool removeChildren = true, CancellationToken ct = default) => _connection.RemoveJobAsync(Id, removeChildren, ct);
}
