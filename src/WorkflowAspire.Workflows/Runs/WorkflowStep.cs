using System.Data.Common;
using WorkflowAspire.Workflows.Store;

namespace WorkflowAspire.Workflows.Runs;

/// <summary>How a step ended.</summary>
public enum StepStatus
{
    /// <summary>It has an output and is not executed again.</summary>
    Completed,

    /// <summary>All its tries failed; the run's next attempt tries again.</summary>
    Failed,
}

/// <summary>The checkpoint of one step of a run.</summary>
/// <param name="Name">The step's name, unique within its run.</param>
/// <param name="Position">Its place in the order in which the steps began, from 1.</param>
/// <param name="Status">How it ended.</param>
/// <param name="Output">Its output as JSON, if it completed.</param>
/// <param name="Error">Why its last try failed, if it failed.</param>
/// <param name="Attempts">How often it was tried, over all attempts of the run.</param>
/// <param name="StartedAt">When the attempt that ended this way began it.</param>
/// <param name="CompletedAt">When it ended.</param>
public sealed record WorkflowStep(
    string Name,
    int Position,
    StepStatus Status,
    string? Output,
    string? Error,
    int Attempts,
    DateTimeOffset StartedAt,
    DateTimeOffset? CompletedAt)
{
    internal const string Columns = "name, position, status, output, error, attempts, started_at, completed_at";

    internal static WorkflowStep Read(DbDataReader row) => new(
        row.GetString(0),
        row.GetInt32(1),
        StatusNames.Parse<StepStatus>(row.GetString(2)),
        row.GetTextOrNull(3),
        row.GetTextOrNull(4),
        row.GetInt32(5),
        row.GetInstant(6),
        row.GetInstantOrNull(7));
}
