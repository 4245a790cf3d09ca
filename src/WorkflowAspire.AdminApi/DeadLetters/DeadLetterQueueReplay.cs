using Microsoft.AspNetCore.Http.HttpResults;
using WorkflowAspire.AdminApi.Queues;
using WorkflowAspire.BullMQ;

namespace WorkflowAspire.AdminApi.DeadLetters;

/// <summary>Replays what is in the dead letter queue when it is asked to, the oldest first; what can't be replayed stays.</summary>
internal sealed class DeadLetterQueueReplay(ExecutionQueues queues, DeadLetterReplay letters)
{
    private const int Page = 100;
    private const int ReasonsShown = 100;

    public async Task<DeadLetterQueueReplayResponse> ReplayAsync(CancellationToken ct)
    {
        // What fails again while this runs is for the next time, or it would never end.
        var left = (await queues.DeadLetters.GetJobCountsAsync(ct))[JobState.Waiting];
        var (replayed, refused, reasons) = (0, 0, new List<RefusedReplayResponse>());
        while (left > 0)
        {
            // A replayed letter is gone and a refused one is not, so the next page begins behind the refused ones.
            var page = await queues.DeadLetters.GetJobsAsync([JobState.Waiting], refused, refused + (int)Math.Min(Page, left) - 1, ascending: true, ct);
            if (page.Count == 0) break;
            foreach (var letter in page)
            {
                if (await letters.ReplayAsync(letter.Id, ct) is not ProblemHttpResult problem) replayed++;
                else if (problem.StatusCode == StatusCodes.Status404NotFound) continue;
                else if (++refused <= ReasonsShown) reasons.Add(new RefusedReplayResponse(letter.Id, problem.ProblemDetails.Detail!));
            }

            left -= page.Count;
        }

        return new DeadLetterQueueReplayResponse(replayed, refused, reasons);
    }
}

/// <summary>What became of the dead letters.</summary>
/// <param name="Replayed">How many wait for a worker again.</param>
/// <param name="Refused">How many stay in the dead letter queue.</param>
/// <param name="Reasons">Why, for the first hundred of them.</param>
internal sealed record DeadLetterQueueReplayResponse(int Replayed, int Refused, IReadOnlyList<RefusedReplayResponse> Reasons);

/// <summary>Why a dead letter stays.</summary>
internal sealed record RefusedReplayResponse(string Id, string Reason);
