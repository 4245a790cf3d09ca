using System.Text.Json;
using System.Text.Json.Serialization;
using WorkflowAspire.AdminApi.Usage;
using WorkflowAspire.Workflows.Runs;
using WorkflowAspire.Workflows.Usage;

namespace WorkflowAspire.AdminApi.Runs;

/// <summary>A run as lists show it.</summary>
internal record RunSummaryResponse(
    Guid Id,
    Guid TenantId,
    string WorkflowId,
    string Status,
    string? Error,
    int Attempts,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? CompletedAt,
    Guid? ParentRunId,
    DateTimeOffset? DeadlineAt,
    string? FailedStep,
    string? ErrorType,
    string? FailureFingerprint)
{
    public static RunSummaryResponse From(WorkflowRun run) => new(
        run.Id, run.TenantId, run.WorkflowId, Name(run.Status), run.Error, run.Tries, run.CreatedAt, run.StartedAt, run.CompletedAt, run.ParentRunId, run.DeadlineAt,
        run.FailedStep, run.ErrorType, run.FailureFingerprint);

    protected static string Name<T>(T status)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(status.ToString());
}

/// <summary>A run with its input and output.</summary>
internal record RunResponse : RunSummaryResponse
{
    private RunResponse(RunSummaryResponse run, JsonElement? input, JsonElement? output)
        : base(run) => (Input, Output) = (input, output);

    [JsonPropertyOrder(1)]
    public JsonElement? Input { get; }

    [JsonPropertyOrder(1)]
    public JsonElement? Output { get; }

    public static new RunResponse From(WorkflowRun run) => new(RunSummaryResponse.From(run), StoredJson.Show(run.Input), StoredJson.Show(run.Output));
}

/// <summary>A run with its steps.</summary>
internal sealed record RunDetailResponse : RunResponse
{
    private RunDetailResponse(RunResponse run, IReadOnlyList<StepResponse> steps, IReadOnlyList<AttemptResponse> failedAttempts, RunUsageResponse? usage)
        : base(run) => (Steps, FailedAttempts, Usage) = (steps, failedAttempts, usage);

    [JsonPropertyOrder(2)]
    public IReadOnlyList<StepResponse> Steps { get; }

    /// <summary>The attempts that ended without completing it, oldest first.</summary>
    [JsonPropertyOrder(2)]
    public IReadOnlyList<AttemptResponse> FailedAttempts { get; }

    /// <summary>What its steps used of language models; null where they asked none.</summary>
    [JsonPropertyOrder(3)]
    public RunUsageResponse? Usage { get; }

    public static RunDetailResponse From(WorkflowRun run, IEnumerable<WorkflowStep> steps, IEnumerable<RunAttemptRecord> attempts, IReadOnlyList<StepUsage> usage) =>
        new(From(run), [.. steps.Select(StepOf)], [.. attempts.Select(AttemptOf)], RunUsageResponse.From(usage));

    private static AttemptResponse AttemptOf(RunAttemptRecord attempt) => new(
        attempt.Attempt, Name(attempt.Outcome), attempt.Worker, attempt.StartedAt, attempt.EndedAt, attempt.Error?.Step, attempt.Error?.Type, attempt.Error?.Message, attempt.Error?.Stack, attempt.Fingerprint);

    private static StepResponse StepOf(WorkflowStep step) => new(
        step.Name, Name(step.Kind), Name(step.Status), StoredJson.Show(step.Output), step.Error, step.Attempts, step.StartedAt, step.CompletedAt, step.DueAt, step.ChildRunId);
}

/// <summary>An attempt that ended without completing its run: failed, handedBack by a worker that stopped, or lost with one that vanished.</summary>
internal sealed record AttemptResponse(
    int Attempt,
    string Outcome,
    string? Worker,
    DateTimeOffset? StartedAt,
    DateTimeOffset EndedAt,
    string? Step,
    string? ErrorType,
    string? Error,
    string? Stack,
    string? Fingerprint);

/// <summary>A step that has ended, or what the run waits for.</summary>
internal sealed record StepResponse(
    string Name,
    string Kind,
    string Status,
    JsonElement? Output,
    string? Error,
    int Attempts,
    DateTimeOffset StartedAt,
    DateTimeOffset? CompletedAt,
    DateTimeOffset? DueAt,
    Guid? ChildRunId);

/// <summary>A page of runs, newest first; ask for one run to see its input and output.</summary>
/// <param name="Items">The runs.</param>
/// <param name="NextCursor">Give it as <c>cursor</c> for the next page; null on the last.</param>
internal sealed record RunListResponse(IReadOnlyList<RunSummaryResponse> Items, string? NextCursor);

/// <summary>A run that has been running for long; its worker may have vanished.</summary>
internal sealed record StaleRunResponse(Guid Id, Guid TenantId, string WorkflowId, string Status, DateTimeOffset? StartedAt, double AgeSeconds);

/// <summary>The stale runs, oldest first.</summary>
internal sealed record StaleRunsResponse(IReadOnlyList<StaleRunResponse> Items);
