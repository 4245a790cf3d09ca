using System.Text.Json;
using StackExchange.Redis;
using WorkflowAspire.AdminApi.Problems;
using WorkflowAspire.Workflows.Dispatch;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.AdminApi.Runs;

/// <summary>Accepts runs: once a run is in the store it will be executed, whether or not Redis can be reached now.</summary>
internal sealed partial class RunSubmission(
    WorkflowChoice workflows, RunStore store, RunDispatcher dispatcher, TimeProvider time, ILogger<RunSubmission> logger)
{
    public async Task<IResult> SubmitAsync(string name, Stream body, CancellationToken ct)
    {
        SubmitRunRequest request;
        try
        {
            using var document = await JsonDocument.ParseAsync(body, cancellationToken: ct);
            var (read, field, error) = SubmitRunRequest.Read(document);
            if (read is null) return ProblemAnswers.InvalidField(field, error);
            request = read;
        }
        catch (JsonException malformed)
        {
            return ProblemAnswers.InvalidField("body", $"The body is not JSON: {malformed.Message}");
        }

        var (version, refusal) = await workflows.ChooseAsync(name, request, ct);
        if (refusal is not null) return refusal;
        var run = await AcceptAsync(name, version, request, ct);
        return TypedResults.Accepted($"/api/runs/{run.Id}", RunResponse.From(run));
    }

    private async Task<WorkflowRun> AcceptAsync(string name, int? version, SubmitRunRequest request, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var run = new WorkflowRun(
            Guid.CreateVersion7(now), request.TenantId, name, RunStatus.Pending, request.Input?.GetRawText(),
            Output: null, Error: null, Attempts: 0, now, EnqueuedAt: null, StartedAt: null, CompletedAt: null)
        {
            DefinitionVersion = version,
            DeadlineAt = now + request.Timeout,
        };
        await store.CreateAsync(run, ct);
        try
        {
            // The caller may have gone by now; the run is accepted all the same.
            await dispatcher.DispatchAsync(run, CancellationToken.None);
        }
        catch (Exception error) when (error is RedisException or TimeoutException)
        {
            LeftToRelay(logger, error, run.Id, run.TenantId);
        }

        return run;
    }

    [LoggerMessage(LogLevel.Warning, "A run was accepted but could not be enqueued; the relay will do it")]
    private static partial void LeftToRelay(ILogger logger, Exception exception, Guid runId, Guid tenantId);
}
