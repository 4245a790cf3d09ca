using System.Text.Json;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Dispatch;

namespace WorkflowAspire.AdminApi.DeadLetters;

/// <summary>A job of the dead letter queue, with the runbook's fields.</summary>
internal sealed record DeadLetterResponse(
    string Id,
    string Name,
    DateTimeOffset CreatedAt,
    string? OriginalJobId,
    string? RunId,
    string? TenantId,
    string? FailedAt,
    int? AttemptsMade,
    string? ErrorMessage,
    JsonElement? Payload)
{
    /// <summary>Reads a job whoever wrote it: what it doesn't have is null, and data of another form is the payload itself.</summary>
    public static DeadLetterResponse From(Job job)
    {
        var data = JobData.Read(job.Data);
        var fields = data.Json.ValueKind == JsonValueKind.Object ? data.Json : default;
        return new DeadLetterResponse(
            job.Id, job.Name, job.Timestamp, Text(fields, "originalJobId"), data.RunId, data.TenantId, Text(fields, "failedAt"),
            Field(fields, "attemptsMade") is { ValueKind: JsonValueKind.Number } made && made.TryGetInt32(out var attempts) ? attempts : null,
            Text(fields, "errorMessage"), Field(fields, "payload") ?? data.Json);
    }

    private static JsonElement? Field(JsonElement fields, string name) =>
        fields.ValueKind == JsonValueKind.Object && fields.TryGetProperty(name, out var value) ? value : null;

    private static string? Text(JsonElement fields, string name) => Field(fields, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}

/// <summary>A job of the dead letter queue as lists show it.</summary>
internal sealed record DeadLetterSummaryResponse(
    string Id, string Name, DateTimeOffset CreatedAt, string? OriginalJobId, string? RunId, string? TenantId, string? FailedAt, int? AttemptsMade, string? ErrorMessage)
{
    public static DeadLetterSummaryResponse From(DeadLetterResponse letter) => new(
        letter.Id, letter.Name, letter.CreatedAt, letter.OriginalJobId, letter.RunId, letter.TenantId, letter.FailedAt, letter.AttemptsMade, letter.ErrorMessage);
}

/// <summary>A page of dead letters, newest first.</summary>
/// <param name="Items">The jobs, without their payloads; ask for one to see it. Fewer than asked for where they are large.</param>
/// <param name="Total">How many there are in all.</param>
/// <param name="NextCursor">Give it as <c>cursor</c> for the next page; null on the last.</param>
internal sealed record DeadLetterListResponse(IReadOnlyList<DeadLetterSummaryResponse> Items, long Total, string? NextCursor);
