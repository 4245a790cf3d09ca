using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using WorkflowAspire.AdminApi.Problems;
using WorkflowAspire.Workflows;
using WorkflowAspire.Workflows.Dispatch;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.AdminApi.Runs;

/// <summary>What can be done to a run under way: send it a signal, call it off.</summary>
internal sealed partial class RunControl(RunStore store, ParkedRuns parked, RunCancellation cancellation, IOptions<RunLimits> limits, ILogger<RunControl> logger)
{
    private const int LongestName = 200;

    public async Task<IResult> SignalAsync(Guid id, string name, Stream body, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > LongestName)
            return ProblemAnswers.InvalidField("name", $"A signal's name has 1 to {LongestName} characters; this one has {name.Length}.");
        var (payload, refusal) = await ReadAsync(body, ct);
        if (refusal is not null) return refusal;
        if (!await store.SendSignalAsync(id, name, payload, ct))
        {
            return await store.FindAsync(id, ct) is { } ended
                ? ended.Status is RunStatus.Pending or RunStatus.Running or RunStatus.Waiting
                ? ProblemAnswers.TooMany($"Run {id} has had {limits.Value.MaxSignals} signals, as many as are allowed (RunLimits:MaxSignals).")
                : ProblemAnswers.Conflict($"Run {id} is {ended.Status.ToString().ToLowerInvariant()}; only a run that has not ended takes signals.")
                : ProblemAnswers.NotFound($"There is no run {id}.");
        }

        try
        {
            // The signal is kept: the caller's hanging up must not leave the run asleep.
            await parked.WakeAsync(id, CancellationToken.None);
        }
        catch (Exception failure) when (failure is RedisException or TimeoutException)
        {
            NotWoken(logger, failure, id);
        }

        return TypedResults.Accepted($"/api/runs/{id}");
    }

    public async Task<IResult> CancelAsync(Guid id, CancellationToken ct) => await cancellation.CancelAsync(id, ct) switch
    {
        { IsCancelled: true, Run: { } run } => TypedResults.Accepted($"/api/runs/{id}", RunResponse.From(run)),
        { Run: { } ended } => ProblemAnswers.Conflict($"Run {id} is {ended.Status.ToString().ToLowerInvariant()} already; it can't be cancelled."),
        _ => ProblemAnswers.NotFound($"There is no run {id}."),
    };

    public async Task<IResult> CancelAllAsync(Guid tenantId, CancellationToken ct) =>
        TypedResults.Ok(new CancelledRunsResponse(await cancellation.CancelAllAsync(tenantId, ct)));

    private static async Task<(string? Json, IResult? Refusal)> ReadAsync(Stream body, CancellationToken ct)
    {
        using var buffer = new MemoryStream();
        await body.CopyToAsync(buffer, ct);
        if (buffer.Length == 0) return (null, null);
        try
        {
            var json = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
            using var document = JsonDocument.Parse(json, RequestJson.Deep);
            return AcceptedJson.FindFault(document.RootElement) is var (pointer, fault)
                ? (null, ProblemAnswers.InvalidField(RequestJson.FieldOf(pointer), fault))
                : (json, null);
        }
        catch (Exception malformed) when (malformed is JsonException or DecoderFallbackException)
        {
            return (null, ProblemAnswers.InvalidField("body", $"The body is not JSON: {malformed.Message}"));
        }
    }

    [LoggerMessage(LogLevel.Warning, "A signal was kept, but its run could not be woken; a worker will do it")]
    private static partial void NotWoken(ILogger logger, Exception exception, Guid runId);
}
