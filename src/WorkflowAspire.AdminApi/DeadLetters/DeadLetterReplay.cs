using System.Text.Json;
using WorkflowAspire.AdminApi.Problems;
using WorkflowAspire.AdminApi.Queues;
using WorkflowAspire.AdminApi.Runs;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Dispatch;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.AdminApi.DeadLetters;

/// <summary>
/// Gives a run from the dead letter queue all its attempts again. The run goes back to pending first, so that a crash leaves a run that the
/// relay enqueues, and never one that nobody knows of; and the dead letter goes before the job comes, which may fail at once and leave another.
/// </summary>
internal sealed partial class DeadLetterReplay(ExecutionQueues queues, RunStore store, RunDispatcher dispatcher, ILogger<DeadLetterReplay> logger)
{
    public async Task<IResult> ReplayAsync(string id, CancellationToken ct)
    {
        if (await queues.DeadLetters.GetJobAsync(id, ct) is not { } job) return ProblemAnswers.NotFound($"The dead letter queue has no job '{id}'.");
        var letter = DeadLetterResponse.From(job);
        if (!Guid.TryParse(letter.RunId, out var runId)) return ProblemAnswers.Conflict($"Dead letter '{id}' names no run, so there is nothing to replay.");
        if (await store.FindAsync(runId, ct) is not { } run)
            return ProblemAnswers.Conflict($"Run {runId} no longer exists, so it would fail again; recreate its row first.");

        var jobId = letter.OriginalJobId ?? id;
        var state = await queues.Execution.GetJobStateAsync(jobId, ct);
        if (state is not (JobState.Failed or JobState.Completed or JobState.Unknown))
            return ProblemAnswers.Conflict($"Job '{jobId}' of run {runId} is {state.ToBullName()} already.");
        // As it was before its job was looked at: of two replays at once, one finds that it has changed.
        if (!await store.ResetForReplayAsync(run, jobId, ct)) return await RefusedAsync(run, ct);

        // From here on the replay is under way: the caller's hanging up must not leave it half done.
        await queues.DeadLetters.RemoveJobAsync(id, ct: CancellationToken.None);
        await dispatcher.RedispatchAsync(run with { JobId = jobId }, JsonSerializer.SerializeToUtf8Bytes(letter.Payload!.Value, WorkflowJsonContext.Default.JsonElement), CancellationToken.None);
        Replayed(logger, jobId, run.Id, run.TenantId);
        return TypedResults.Accepted($"/api/runs/{runId}", RunResponse.From((await store.FindAsync(runId, ct))!));
    }

    private async Task<IResult> RefusedAsync(WorkflowRun run, CancellationToken ct) =>
        (await store.FindAsync(run.Id, ct))?.Status is var status && status is RunStatus.Completed or RunStatus.Cancelled
            ? ProblemAnswers.Conflict($"Run {run.Id} is {status.ToString()!.ToLowerInvariant()}; only a run that has not completed or been cancelled can be replayed.")
            : ProblemAnswers.Conflict($"Run {run.Id} is being replayed already.");

    [LoggerMessage(LogLevel.Information, "Replaying a run from the dead letter queue")]
    private static partial void Replayed(ILogger logger, string jobId, Guid runId, Guid tenantId);
}
