using System.Globalization;
using System.Text.Json;

namespace WorkflowAspire.Workflows.Dispatch;

/// <summary>The data of a job in the dead letter queue, as the operations runbook has it.</summary>
public sealed record DeadLetterPayload
{
    /// <summary>The id of the job that failed.</summary>
    public required string OriginalJobId { get; init; }

    /// <summary>The run; null where the job's data didn't name one.</summary>
    public string? RunId { get; init; }

    /// <summary>Whose run it was; null where the job's data didn't say.</summary>
    public string? TenantId { get; init; }

    /// <summary>When the last attempt failed: ISO 8601 in UTC, to the millisecond.</summary>
    public required string FailedAt { get; init; }

    /// <summary>How many attempts were made.</summary>
    public required int AttemptsMade { get; init; }

    /// <summary>Why the last attempt failed.</summary>
    public required string ErrorMessage { get; init; }

    /// <summary>The data of the job that failed, untouched.</summary>
    public required JsonElement Payload { get; init; }

    /// <summary>An instant as <see cref="FailedAt"/> writes it: what JavaScript's <c>toISOString</c> gives.</summary>
    public static string Format(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
