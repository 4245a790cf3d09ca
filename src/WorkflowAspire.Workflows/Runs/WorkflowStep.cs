using System.Data.Common;
using WorkflowAspire.Workflows.Store;

namespace WorkflowAspire.Workflows.Runs;

/// <summary>How a step ended, if it has.</summary>
public enum StepStatus
{
    /// <summary>It has an output and is not executed again.</summary>
    Completed,

    /// <summary>All its tries failed; the run's next attempt tries again, unless the code went on from the failure.</summary>
    Failed,

    /// <summary>It waits for a time, a signal or a child.</summary>
    Waiting,
}

/// <summary>The checkpoint of one step of a run, or of a wait.</summary>
/// <param name="Name">The step's name with its scope, unique within its run.</param>
/// <param name="Position">Its place in the order in which the steps of its scope began, from 1.</param>
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
    internal const string Columns =
        "name, position, status, output, error, attempts, started_at, completed_at, kind, scope, follows, in_flight, overlapped, error_type, due_at, waits_for, child_run_id";

    /// <summary>What it is.</summary>
    public OperationKind Kind { get; init; }

    /// <summary>When a wait ends, or gives up.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>The run that it waits for, if it is a child.</summary>
    public Guid? ChildRunId { get; init; }

    /// <summary>The part of the name that an item or a branch gave it; empty for the run's own.</summary>
    internal string Scope { get; init; } = "";

    /// <summary>What the same flow of the code began before it; empty for nothing, null where that isn't known.</summary>
    internal string? Follows { get; init; }

    /// <summary>How many others of its scope were in flight when it began.</summary>
    internal int InFlight { get; init; }

    /// <summary>How many others of its scope began before it ended.</summary>
    internal int Overlapped { get; init; }

    /// <summary>The exception's type, if it failed.</summary>
    internal string? ErrorType { get; init; }

    /// <summary>The name of the signal that it waits for.</summary>
    internal string? WaitsFor { get; init; }

    internal static WorkflowStep Read(DbDataReader row) => new(
        row.GetString(0),
        row.GetInt32(1),
        StatusNames.Parse<StepStatus>(row.GetString(2)),
        row.GetTextOrNull(3),
        row.GetTextOrNull(4),
        row.GetInt32(5),
        row.GetInstant(6),
        row.GetInstantOrNull(7))
    {
        Kind = StatusNames.Parse<OperationKind>(row.GetString(8)),
        Scope = row.GetString(9),
        Follows = row.GetTextOrNull(10),
        InFlight = row.GetInt32(11),
        Overlapped = row.GetInt32(12),
        ErrorType = row.GetTextOrNull(13),
        DueAt = row.GetInstantOrNull(14),
        WaitsFor = row.GetTextOrNull(15),
        ChildRunId = row.IsDBNull(16) ? null : row.GetGuid(16),
    };
}
