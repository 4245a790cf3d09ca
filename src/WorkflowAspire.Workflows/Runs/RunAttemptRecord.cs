using System.Data.Common;
using WorkflowAspire.Workflows.Store;

namespace WorkflowAspire.Workflows.Runs;

/// <summary>How an attempt ended that did not complete its run.</summary>
public enum AttemptOutcome
{
    /// <summary>It failed.</summary>
    Failed,

    /// <summary>Its worker stopped and gave it back.</summary>
    HandedBack,

    /// <summary>Its worker vanished.</summary>
    Lost,
}

/// <summary>An attempt at a run that ended without completing it.</summary>
/// <param name="Attempt">Its number, from 1.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Worker">Who had it; null where nobody knows.</param>
/// <param name="StartedAt">When it began; null where nobody knows.</param>
/// <param name="EndedAt">When it ended, or when somebody found that it had.</param>
/// <param name="Error">What it failed by; null where it did not fail.</param>
/// <param name="Fingerprint">The kind of failure; null where it did not fail.</param>
public sealed record RunAttemptRecord(
    int Attempt, AttemptOutcome Outcome, string? Worker, DateTimeOffset? StartedAt, DateTimeOffset EndedAt, AttemptError? Error, string? Fingerprint)
{
    internal const string Columns = "attempt, outcome, worker, started_at, ended_at, step, error_type, error, stack, fingerprint";

    internal static string NameOf(AttemptOutcome outcome) => outcome switch
    {
        AttemptOutcome.Failed => "failed",
        AttemptOutcome.HandedBack => "handed back",
        _ => "lost",
    };

    internal static RunAttemptRecord Read(DbDataReader row) => new(
        row.GetInt32(0),
        Enum.GetValues<AttemptOutcome>().Single(outcome => NameOf(outcome) == row.GetString(1)),
        row.GetTextOrNull(2),
        row.GetInstantOrNull(3),
        row.GetInstant(4),
        row.GetTextOrNull(7) is { } message ? new AttemptError(message, row.GetTextOrNull(6), row.GetTextOrNull(8), row.GetTextOrNull(5)) : null,
        row.GetTextOrNull(9));
}
