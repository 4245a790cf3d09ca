using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using WorkflowAspire.AdminApi.Problems;
using WorkflowAspire.Workflows;
using WorkflowAspire.Workflows.Dispatch;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.AdminApi.Runs;

/// <summary>Accepts runs: once a run is in the store it will be executed, whether or not Redis can be reached now.</summary>
internal sealed partial class RunSubmission(
    WorkflowChoice workflows, RunStore store, UnfinishedRuns unfinished, IOptions<RunLimits> limits, RunDispatcher dispatcher, TimeProvider time, ILogger<RunSubmission> logger)
{
    public async Task<IResult> SubmitAsync(string name, HttpContext http, CancellationToken ct)
    {
        var (key, unreadable) = IdempotencyHeader.Read(http.Request.Headers[IdempotencyHeader.Name]);
        if (unreadable is not null) return ProblemAnswers.InvalidField(IdempotencyHeader.Name, unreadable);
        JsonDocument body;
        try
        {
            body = await JsonDocument.ParseAsync(http.Request.Body, RequestJson.Deep, ct);
        }
        catch (JsonException malformed)
        {
            return ProblemAnswers.InvalidField("body", $"The body is not JSON: {malformed.Message}");
        }

        using (body) return await SubmitAsync(name, body, key, http, ct);
    }

    private async Task<IResult> SubmitAsync(string name, JsonDocument body, string? key, HttpContext http, CancellationToken ct)
    {
        if (AcceptedJson.FindFault(body.RootElement) is var (pointer, fault)) return ProblemAnswers.InvalidField(RequestJson.FieldOf(pointer), fault);
        var (request, field, error) = SubmitRunRequest.Read(body);
        if (request is null) return ProblemAnswers.InvalidField(field, error);
        if (request.Input is { } input && Encoding.UTF8.GetByteCount(input.GetRawText()) is var bytes && bytes > limits.Value.MaxInput)
            return ProblemAnswers.InvalidField("input", $"The input has {bytes} bytes, and {limits.Value.MaxInput} are allowed (RunLimits:MaxInput); hand over where it is instead.");
        var (version, refusal) = await workflows.ChooseAsync(name, request, ct);
        if (refusal is not null) return refusal;
        var idempotency = key is null ? null : new IdempotencyKey(key, RequestHash.Of(name, body.RootElement));
        if (await unfinished.RefuseAsync(request.TenantId, ct) is { } tooMany) return TooMany(http, tooMany);
        var run = NewRun(name, version, request);
        if (idempotency is not null)
        {
            switch (await store.SubmitAsync(run, idempotency, ct))
            {
                case Submission.KeyTaken(var holder):
                    return ProblemAnswers.Conflict(
                        $"{IdempotencyHeader.Name} '{key}' belongs to run {holder.Id}, which was submitted with another workflow or body; use a new key for a new run.");
                case Submission.Replayed(var first):
                    http.Response.Headers[IdempotencyHeader.Replayed] = "true";
                    return Accepted(first);
            }
        }
        else
        {
            await store.CreateAsync(run, ct);
        }

        await EnqueueAsync(run);
        return Accepted(run);
    }

    private static IResult TooMany(HttpContext http, string refusal)
    {
        http.Response.Headers.RetryAfter = "30";
        return ProblemAnswers.TooMany(refusal);
    }

    private static Accepted<RunResponse> Accepted(WorkflowRun run) => TypedResults.Accepted($"/api/runs/{run.Id}", RunResponse.From(run));

    private WorkflowRun NewRun(string name, int? version, SubmitRunRequest request)
    {
        var now = time.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        return new WorkflowRun(
            id, request.TenantId, name, RunStatus.Pending, request.Input?.GetRawText(),
            Output: null, Error: null, Attempts: 0, now, EnqueuedAt: null, StartedAt: null, CompletedAt: null)
        {
            DefinitionVersion = version,
            JobId = ExecutionQueue.JobIdOf(id),
            DeadlineAt = now + request.Timeout,
        };
    }

    private async Task EnqueueAsync(WorkflowRun run)
    {
        try
        {
            // The caller may have gone by now; the run is accepted all the same.
            await dispatcher.EnqueueAsync(run, CancellationToken.None);
        }
        catch (Exception error) when (error is RedisException or TimeoutException)
        {
            LeftToRelay(logger, error, run.Id, run.TenantId);
        }
    }

    [LoggerMessage(LogLevel.Warning, "A run was accepted but could not be enqueued; the relay will do it")]
    private static partial void LeftToRelay(ILogger logger, Exception exception, Guid runId, Guid tenantId);
}
