using System.ComponentModel;
using WorkflowAspire.AdminApi.Problems;
using WorkflowAspire.AdminApi.Queues;
using WorkflowAspire.AdminApi.Runs;

namespace WorkflowAspire.AdminApi.DeadLetters;

/// <summary>Look at the dead letter queue, and replay what is in it.</summary>
internal static class DeadLetterEndpoints
{
    public static void MapDeadLetters(this IEndpointRouteBuilder api)
    {
        api.MapGet("/dlq", ListAsync)
            .WithName("ListDeadLetters").WithTags("dlq").WithSummary("Lists the dead letter queue, newest first, without the payloads.")
            .Produces<DeadLetterListResponse>().ProducesValidationProblem();
        api.MapGet("/dlq/{id}", FindAsync)
            .WithName("GetDeadLetter").WithTags("dlq").WithSummary("Shows one job of the dead letter queue.")
            .Produces<DeadLetterResponse>().ProducesProblem(StatusCodes.Status404NotFound);
        api.MapDelete("/dlq/{id}", DeleteAsync)
            .WithName("DeleteDeadLetter").WithTags("dlq").WithSummary("Deletes one job of the dead letter queue for good; its run stays as it is.")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound);
        api.MapPost("/dlq/replay", async (DeadLetterQueueReplay replay, CancellationToken ct) => TypedResults.Ok(await replay.ReplayAsync(ct)))
            .WithName("ReplayDeadLetterQueue").WithTags("dlq").WithSummary("Replays every dead letter that can be, the oldest first.");
        api.MapPost("/dlq/{id}/replay", (string id, DeadLetterReplay replay, CancellationToken ct) => replay.ReplayAsync(id, ct))
            .WithName("ReplayDeadLetter").WithTags("dlq").WithSummary("Executes the run of a dead letter again, from its last finished step on.")
            .Produces<RunResponse>(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> ListAsync(
        DeadLetterList letters,
        [Description("nextCursor of the page before.")] string? cursor,
        [Description("Jobs a page, 1 to 500; default 50.")] int? limit,
        CancellationToken ct)
    {
        if (PageLimit.Refuse(limit) is { } refusal) return refusal;
        try
        {
            return TypedResults.Ok(await letters.ReadAsync(cursor is null ? null : DeadLetterCursor.Parse(cursor), limit ?? PageLimit.Default, ct));
        }
        catch (FormatException error)
        {
            return ProblemAnswers.InvalidField("cursor", error.Message);
        }
    }

    private static async Task<IResult> FindAsync(string id, ExecutionQueues queues, CancellationToken ct) =>
        await queues.DeadLetters.GetJobAsync(id, ct) is { } job
            ? TypedResults.Ok(DeadLetterResponse.From(job))
            : NotFound(id);

    private static async Task<IResult> DeleteAsync(string id, ExecutionQueues queues, CancellationToken ct) =>
        await queues.DeadLetters.RemoveJobAsync(id, ct: ct) ? TypedResults.NoContent() : NotFound(id);

    private static IResult NotFound(string id) => ProblemAnswers.NotFound($"The dead letter queue has no job '{id}'.");
}
