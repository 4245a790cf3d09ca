using System.Text.Json;
using WorkflowAspire.AdminApi.Problems;
using WorkflowAspire.AdminApi.Queues;
using WorkflowAspire.AdminApi.Runs;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Dispatch;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.AdminApi.DeadLetters;

/// <summary>
/// Gives a run from the dead letter queue all its attempts again. The run goes back to pending first and the dead letter last, so
/// that a crash in between leaves a run that the relay enqueues, and never one that nobody knows of.
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
        if (!await store.ResetForReplayAsync(runId, ct))
            return ProblemAnswers.Conflict($"Run {runId} is {run.Status.ToString().ToLowerInvariant()}; only a run that has not completed or been cancelled can be replayed.");

        // From here on the replay is under way: the caller's hanging up must not leave it half done.
        await dispatcher.RedispatchAsync(run, jobId, JsonSerializer.SerializeToUtf8Bytes(letter.Payload!.Value, WorkflowJsonContext.Default.JsonElement), CancellationToken.None);
        await queues.DeadLetters.RemoveJobAsync(id, ct: CancellationToken.None);
        Replayed(logger, jobId, run.Id, run.TenantId);
        return TypedResults.Accepted($"/api/runs/{runId}", RunResponse.From((await store.FindAsync(runId, ct))!));
    }

    [LoggerMessage(LogLevel.Information, "Replaying a run from the dead letter queue")]
    private static partial void Replayed(ILogger logger, string jobId, Guid runId, Guid tenantId);
}
