using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;
using WorkflowAspire.AdminApi.Problems;
using WorkflowAspire.Workflows.Runs;
using WorkflowAspire.Workflows.Usage;

namespace WorkflowAspire.AdminApi.Runs;

/// <summary>Submit a run, list runs, look at one, send it a signal, cancel it, find the stale ones.</summary>
internal static class RunEndpoints
{
    private static readonly TimeSpan StaleAfter = TimeSpan.FromMinutes(10);

    public static void MapRuns(this IEndpointRouteBuilder api)
    {
        api.MapPost("/workflows/{name}/runs", (
                string name, HttpContext http, RunSubmission submission,
                [FromHeader(Name = IdempotencyHeader.Name), Description("Repeats a submission safely: the same key and body give the same run.")] string? idempotencyKey,
                CancellationToken ct) => submission.SubmitAsync(name, http, ct))
            .WithName("SubmitRun").WithTags("runs").WithSummary("Accepts a run of a workflow.")
            .Accepts<SubmitRunRequest>("application/json")
            .Produces<RunResponse>(StatusCodes.Status202Accepted).ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status429TooManyRequests);
        api.MapGet("/runs", ListAsync)
            .WithName("ListRuns").WithTags("runs").WithSummary("Lists runs, newest first, without their inputs and outputs.")
            .Produces<RunListResponse>().ProducesValidationProblem();
        api.MapGet("/runs/{id:guid}", FindAsync)
            .WithName("GetRun").WithTags("runs").WithSummary("Shows one run with its steps.")
            .Produces<RunDetailResponse>().ProducesProblem(StatusCodes.Status404NotFound);
        api.MapPost(
                "/runs/{id:guid}/signals/{name}",
                (Guid id, string name, HttpRequest request, RunControl control, CancellationToken ct) => control.SignalAsync(id, name, request.Body, ct))
            .WithName("SendSignal").WithTags("runs").WithSummary("Sends a signal with any JSON, or none, to a run; it is kept until the run waits for it.")
            .Produces(StatusCodes.Status202Accepted).ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        api.MapPost("/runs/{id:guid}/cancel", (Guid id, RunControl control, CancellationToken ct) => control.CancelAsync(id, ct))
            .WithName("CancelRun").WithTags("runs").WithSummary("Cancels a run, its children included.")
            .Produces<RunResponse>(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        api.MapPost("/tenants/{tenantId:guid}/runs/cancel", (Guid tenantId, RunControl control, CancellationToken ct) => control.CancelAllAsync(tenantId, ct))
            .WithName("CancelTenantRuns").WithTags("runs").WithSummary("Cancels all runs of a tenant that have not ended.")
            .Produces<CancelledRunsResponse>();
        api.MapGet("/stale-runs", ListStaleAsync)
            .WithName("ListStaleRuns").WithTags("runs").WithSummary("Lists runs that have been running for long, oldest first.")
            .Produces<StaleRunsResponse>().ProducesValidationProblem();
    }

    private static async Task<IResult> ListAsync(
        RunStore store,
        [Description("Only this tenant's runs.")] string? tenantId,
        [Description("Only this workflow's runs.")] string? workflowId,
        [Description("pending, running, waiting, completed, failed or cancelled; several with commas between them.")] string? status,
        [Description("Only runs that were accepted then or later, as an ISO 8601 instant.")] DateTimeOffset? createdFrom,
        [Description("Only runs that were accepted before then, as an ISO 8601 instant.")] DateTimeOffset? createdBefore,
        [Description("Only the children of this run.")] Guid? parentRunId,
        [Description("Only the run that was submitted under this Idempotency-Key; needs tenantId.")] string? idempotencyKey,
        [Description("Only runs whose newest attempt failed by this kind of failure: failureFingerprint of another run.")] string? fingerprint,
        [Description("nextCursor of the page before.")] string? cursor,
        [Description("Runs a page, 1 to 500; default 50.")] int? limit,
        CancellationToken ct)
    {
        Guid? tenant = null;
        if (tenantId is not null)
        {
            if (!Guid.TryParse(tenantId, out var parsed)) return ProblemAnswers.InvalidField("tenantId", $"tenantId is a UUID; got '{tenantId}'.");
            tenant = parsed;
        }

        if (idempotencyKey is not null && tenant is null) return ProblemAnswers.InvalidField("idempotencyKey", "An idempotencyKey is a tenant's own: give tenantId too.");
        var statuses = new List<RunStatus>();
        foreach (var name in status?.Split(',', StringSplitOptions.TrimEntries) ?? [])
        {
            if (!Enum.TryParse<RunStatus>(name, ignoreCase: true, out var parsed) || !name.All(char.IsLetter))
                return ProblemAnswers.InvalidField("status", $"status is pending, running, waiting, completed, failed or cancelled; got '{name}'.");
            statuses.Add(parsed);
        }

        if (PageLimit.Refuse(limit) is { } refusal) return refusal;
        try
        {
            var filter = new RunFilter(tenant, workflowId) { Statuses = statuses, CreatedFrom = createdFrom, CreatedBefore = createdBefore, ParentRunId = parentRunId, FailureFingerprint = fingerprint, IdempotencyKey = idempotencyKey };
            var page = await store.ListAsync(filter, cursor, limit ?? PageLimit.Default, ct);
            return TypedResults.Ok(new RunListResponse([.. page.Items.Select(RunSummaryResponse.From)], page.NextCursor));
        }
        catch (FormatException error)
        {
            return ProblemAnswers.InvalidField("cursor", error.Message);
        }
    }

    private static async Task<IResult> FindAsync(Guid id, RunStore store, UsageStore usage, CancellationToken ct) =>
        await store.FindAsync(id, ct) is { } run
            ? TypedResults.Ok(RunDetailResponse.From(run, await store.ListStepsAsync(id, ct), await store.ListAttemptsAsync(id, ct), await usage.OfRunAsync(id, ct)))
            : ProblemAnswers.NotFound($"There is no run {id}.");

    private static async Task<IResult> ListStaleAsync(
        RunStore store,
        TimeProvider time,
        [Description("How long a run must have been running, as hh:mm:ss; default 00:10:00.")] string? olderThan,
        CancellationToken ct)
    {
        var age = StaleAfter;
        if (olderThan is not null && (!TimeSpan.TryParse(olderThan, System.Globalization.CultureInfo.InvariantCulture, out age) || age < TimeSpan.Zero))
            return ProblemAnswers.InvalidField("olderThan", $"olderThan is a time span as hh:mm:ss, for example 00:10:00; got '{olderThan}'.");
        var now = time.GetUtcNow();
        var stale = await store.ListStaleAsync(age, ct);
        return TypedResults.Ok(new StaleRunsResponse([.. stale.Select(run => new StaleRunResponse(
            run.Id, run.TenantId, run.WorkflowId, "running", run.StartedAt, Math.Round((now - run.StartedAt.GetValueOrDefault(now)).TotalSeconds, 3)))]));
    }
}
