using WorkflowAspire.AdminApi.Queues;
using WorkflowAspire.BullMQ;

namespace WorkflowAspire.AdminApi.DeadLetters;

/// <summary>Reads the dead letter queue in pages, newest first.</summary>
internal sealed class DeadLetterList(ExecutionQueues queues)
{
    // A letter holds its job's input, so that a page may be large: one that would be is short.
    private const int BytesPerPage = 16_000_000;
    private const int LettersAtOnce = 10;

    /// <param name="cursor">The page before's; null for the first page.</param>
    /// <param name="count">Letters a page, at most.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<DeadLetterListResponse> ReadAsync(DeadLetterCursor? cursor, int count, CancellationToken ct)
    {
        var total = (await queues.DeadLetters.GetJobCountsAsync(ct))[JobState.Waiting];
        var start = cursor is { } place ? (int)Math.Max(0, total - place.Behind) : 0;
        var ids = await queues.DeadLetters.GetRangesAsync([JobState.Waiting], start, start + count - 1, ct: ct);
        var (letters, seen, bytes) = (new List<DeadLetterSummaryResponse>(), 0, 0L);
        foreach (var some in ids.Chunk(LettersAtOnce))
        {
            if (bytes >= BytesPerPage) break;
            seen += some.Length;
            // One that has gone since is no longer a letter.
            foreach (var job in (await Task.WhenAll(some.Select(id => queues.DeadLetters.GetJobAsync(id, ct)))).OfType<Job>())
            {
                bytes += job.Data.Length;
                letters.Add(DeadLetterSummaryResponse.From(DeadLetterResponse.From(job)));
            }
        }

        var behind = total - start - seen;
        return new DeadLetterListResponse(letters, total, behind > 0 && seen > 0 ? new DeadLetterCursor((uint)behind).ToString() : null);
    }
}
