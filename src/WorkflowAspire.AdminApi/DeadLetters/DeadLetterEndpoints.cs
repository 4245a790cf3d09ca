using System.ComponentModel;
using System.Globalization;
using WorkflowAspire.AdminApi.Problems;
using WorkflowAspire.AdminApi.Queues;
using WorkflowAspire.AdminApi.Runs;
using WorkflowAspire.BullMQ;

namespace WorkflowAspire.AdminApi.DeadLetters;

/// <summary>Look at the dead letter queue, and replay what is in it.</summary>
internal static class DeadLetterEndpoints
{
    public static void MapDeadLetters(this IEndpointRouteBuilder api)
    {
        api.MapGet("/dlq", ListAsync)
            .WithName("ListDeadLetters").WithTags("dlq").WithSummary("Lists the dead letter queue, newest first.")
            .Produces<DeadLetterListResponse>().ProducesValidationProblem();
        api.MapGet("/dlq/{id}", FindAsync)
            .WithName("GetDeadLetter").WithTags("dlq").WithSummary("Shows one job of the dead letter queue.")
            .Produces<DeadLetterResponse>().ProducesProblem(StatusCodes.Status404NotFound);
        api.MapPost("/dlq/replay", async (DeadLetterQueueReplay replay, CancellationToken ct) => TypedResults.Ok(await replay.ReplayAsync(ct)))
            .WithName("ReplayDeadLetterQueue").WithTags("dlq").WithSummary("Replays every dead letter that can be, the oldest first.");
        api.MapPost("/dlq/{id}/replay", (string id, DeadLetterReplay replay, CancellationToken ct) => replay.ReplayAsync(id, ct))
            .WithName("ReplayDeadLetter").WithTags("dlq").WithSummary("Executes the run of a dead letter again, from its last finished step on.")
            .Produces<RunResponse>(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> ListAsync(
        ExecutionQueues queues,
        [Description("nextCursor of the page before.")] string? cursor,
        [Description("Jobs a page, 1 to 500; default 50.")] int? limit,
        CancellationToken ct)
    {
        var start = 0;
        if (cursor is not null && !int.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out start))
            return ProblemAnswers.InvalidField("cursor", $"'{cursor}' is not a cursor of this list; take nextCursor from the page before, unchanged.");
        if (PageLimit.Refuse(limit) is { } refusal) return refusal;

        var count = limit ?? PageLimit.Default;
        var total = (await queues.DeadLetters.GetJobCountsAsync(ct))[JobState.Waiting];
        var jobs = await queues.DeadLetters.GetJobsAsync([JobState.Waiting], start, start + count - 1, ct: ct);
        var next = start + count < total ? (start + count).ToString(CultureInfo.InvariantCulture) : null;
        return TypedResults.Ok(new DeadLetterListResponse([.. jobs.Select(DeadLetterResponse.From)], total, next));
    }

    private static async Task<IResult> FindAsync(string id, ExecutionQueues queues, CancellationToken ct) =>
        await queues.DeadLetters.GetJobAsync(id, ct) is { } job
            ? TypedResults.Ok(DeadLetterResponse.From(job))
            : ProblemAnswers.NotFound($"The dead letter queue has no job '{id}'.");
}
