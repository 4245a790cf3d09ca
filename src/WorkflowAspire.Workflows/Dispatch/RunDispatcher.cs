using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Workflows.Dispatch;

/// <summary>Puts runs that are in the store into the queue. To do so twice is harmless.</summary>
public sealed partial class RunDispatcher(
    IConnectionMultiplexer redis, RunStore store, IOptions<ExecutionQueueOptions> options, TimeProvider time, ILogger<RunDispatcher> logger)
{
    private readonly Queue _queue = new(ExecutionQueue.Name, redis, timeProvider: time);

    /// <summary>Enqueues the job of a run that is new, and notes that in its row.</summary>
    /// <returns>False where the row said so already, or has gone.</returns>
    /// <exception cref="RedisException">Redis can't be reached; the row still says that the run isn't enqueued.</exception>
    /// <exception cref="UnreadableInputException">The row's input is no JSON.</exception>
    public Task<bool> DispatchAsync(WorkflowRun run, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        return AddAsync(run, PayloadOf(run), ct);
    }

    /// <summary>Enqueues the job of a run that is new; that its row says so is not waited for.</summary>
    /// <exception cref="RedisException">Redis can't be reached; the row still says that the run isn't enqueued.</exception>
    public async Task EnqueueAsync(WorkflowRun run, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        await AddJobAsync(run, PayloadOf(run), ct).ConfigureAwait(false);
        _ = MarkLaterAsync(run);
    }

    /// <summary>Puts the job of an unfinished run into the queue anew, with all its attempts, because it is gone or was completed without the run.</summary>
    /// <returns>False where the run has moved on since it was read; nothing was done.</returns>
    /// <exception cref="RedisException">Redis can't be reached.</exception>
    public async Task<bool> RestoreAsync(UnfinishedRun run, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (await store.BeginRestoringAsync(run, ct).ConfigureAwait(false) is not { } now) return false;
        var retried = await _queue.RetryJobAsync(run.Id.ToString("D"), JobState.Completed, resetAttemptsMade: true, ct).ConfigureAwait(false);
        if (retried != RetryResult.Retried) await AddJobAsync(now, PayloadOf(now), ct).ConfigureAwait(false);
        return true;
    }

    /// <summary>Enqueues the job of a run whatever became of an earlier one: a failed job gets all its attempts again.</summary>
    /// <param name="run">The run.</param>
    /// <param name="jobId">The id of the earlier job; null where it is the run's.</param>
    /// <param name="data">The data of the earlier job, for the case that it is gone; null to make it anew.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <inheritdoc cref="DispatchAsync" path="/returns|/exception"/>
    public async Task<bool> RedispatchAsync(WorkflowRun run, string? jobId = null, ReadOnlyMemory<byte>? data = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        // The run may have been enqueued, or have failed for good, since the caller read its row.
        if (await store.FindAsync(run.Id, ct).ConfigureAwait(false) is not { Status: RunStatus.Pending, EnqueuedAt: null }) return false;
        var retried = await _queue.RetryJobAsync(jobId ?? run.Id.ToString("D"), JobState.Failed, resetAttemptsMade: true, ct).ConfigureAwait(false);
        return retried == RetryResult.Retried
            ? await store.MarkEnqueuedAsync(run.Id, time.GetUtcNow(), ct).ConfigureAwait(false)
            : await AddAsync(run, data ?? PayloadOf(run), ct).ConfigureAwait(false);
    }

    private async Task<bool> AddAsync(WorkflowRun run, ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        await AddJobAsync(run, data, ct).ConfigureAwait(false);
        return await store.MarkEnqueuedAsync(run.Id, time.GetUtcNow(), ct).ConfigureAwait(false);
    }

    private Task<Job> AddJobAsync(WorkflowRun run, ReadOnlyMemory<byte> data, CancellationToken ct) =>
        _queue.AddAsync(ExecutionQueue.JobName, data, options.Value.JobOptions(run.Id), ct);

    private async Task MarkLaterAsync(WorkflowRun run)
    {
        try
        {
            await store.MarkEnqueuedAsync(run.Id, time.GetUtcNow()).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            NotMarked(logger, error, run.Id, run.TenantId);
        }
    }

    private static byte[] PayloadOf(WorkflowRun run) => JsonSerializer.SerializeToUtf8Bytes(
        new WorkflowJobPayload
        {
            RunId = run.Id,
            TenantId = run.TenantId,
            WorkflowId = run.WorkflowId,
            Input = InputOf(run),
        },
        WorkflowJsonContext.Default.WorkflowJobPayload);

    private static JsonElement? InputOf(WorkflowRun run)
    {
        try
        {
            return run.Input is { } input ? JsonElement.Parse(input) : null;
        }
        catch (JsonException malformed)
        {
            throw new UnreadableInputException(malformed);
        }
    }

    [LoggerMessage(LogLevel.Warning, "A run was enqueued but its row doesn't say so; the relay will enqueue it again, which is harmless")]
    private static partial void NotMarked(ILogger logger, Exception exception, Guid runId, Guid tenantId);
}
