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
    private static readonly TimeSpan BeforeMarking = TimeSpan.FromMilliseconds(500);

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
    /// <param name="run">The run.</param>
    /// <param name="isStranded">Whether a job of this id is there still, where no worker ever looks.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>False where the run has moved on since it was read; nothing was done.</returns>
    /// <exception cref="RedisException">Redis can't be reached.</exception>
    public async Task<bool> RestoreAsync(UnfinishedRun run, bool isStranded = false, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (await store.BeginRestoringAsync(run, ct).ConfigureAwait(false) is not { } now) return false;
        if (isStranded) await _queue.RemoveJobAsync(run.QueuedJobId, ct: ct).ConfigureAwait(false);
        else if (await RetryAsync(run.QueuedJobId, JobState.Completed, ct).ConfigureAwait(false)) return true;
        await AddJobAsync(now, PayloadOf(now), ct).ConfigureAwait(false);
        return true;
    }

    /// <summary>Enqueues the job of a run that waits to be enqueued, whatever became of an earlier one: a failed job gets all its attempts again.</summary>
    /// <param name="run">The run.</param>
    /// <param name="data">The data of an earlier job, for the case that it is gone; null to make it anew.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <inheritdoc cref="DispatchAsync" path="/returns|/exception"/>
    public async Task<bool> RedispatchAsync(WorkflowRun run, ReadOnlyMemory<byte>? data = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        // It may have been enqueued, or have failed for good, since the caller read its row.
        if (await store.WaitToBeEnqueuedAsync([run], ct).ConfigureAwait(false) is []) return false;
        return await RetryAsync(run.QueuedJobId, JobState.Failed, ct).ConfigureAwait(false)
            ? await store.MarkEnqueuedAsync(run.Id, time.GetUtcNow(), run.QueuedJobId, ct).ConfigureAwait(false)
            : await AddAsync(run, data ?? PayloadOf(run), ct).ConfigureAwait(false);
    }

    /// <summary>The same for many, in few round trips; all fail together.</summary>
    /// <param name="runs">The runs; the input of each is JSON.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>Those that were enqueued; the others were already, or have failed since they were read.</returns>
    /// <exception cref="RedisException">Redis can't be reached; some may be in the queue whose rows don't say so, which is harmless.</exception>
    public async Task<IReadOnlyList<WorkflowRun>> RedispatchAsync(IReadOnlyList<WorkflowRun> runs, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(runs);
        var waiting = await store.WaitToBeEnqueuedAsync(runs, ct).ConfigureAwait(false);
        var retried = await Task.WhenAll(waiting.Select(run => RetryAsync(run.QueuedJobId, JobState.Failed, ct))).ConfigureAwait(false);
        var added = waiting.Where((_, at) => !retried[at]).Select(run => new NewJob(ExecutionQueue.JobName, PayloadOf(run), options.Value.JobOptions(run.Id))).ToList();
        await _queue.AddBulkAsync(added, ct).ConfigureAwait(false);
        await store.MarkEnqueuedAsync(waiting, time.GetUtcNow(), ct).ConfigureAwait(false);
        return waiting;
    }

    private async Task<bool> RetryAsync(string jobId, JobState state, CancellationToken ct)
    {
        if (await _queue.RetryJobAsync(jobId, state, resetAttemptsMade: true, ct).ConfigureAwait(false) != RetryResult.Retried) return false;
        // It begins anew, and so does the count of workers that have vanished with it.
        await _queue.ResetStalledCounterAsync(jobId, ct).ConfigureAwait(false);
        return true;
    }

    private async Task<bool> AddAsync(WorkflowRun run, ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        await AddJobAsync(run, data, ct).ConfigureAwait(false);
        return await store.MarkEnqueuedAsync(run.Id, time.GetUtcNow(), ExecutionQueue.JobIdOf(run.Id), ct).ConfigureAwait(false);
    }

    private Task<Job> AddJobAsync(WorkflowRun run, ReadOnlyMemory<byte> data, CancellationToken ct) =>
        _queue.AddAsync(ExecutionQueue.JobName, data, options.Value.JobOptions(run.Id), ct);

    // By then most runs have been claimed, which says the same: then there is nothing to write.
    private async Task MarkLaterAsync(WorkflowRun run)
    {
        try
        {
            await Task.Delay(BeforeMarking, time).ConfigureAwait(false);
            await store.MarkEnqueuedAsync(run.Id, time.GetUtcNow(), ExecutionQueue.JobIdOf(run.Id)).ConfigureAwait(false);
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
