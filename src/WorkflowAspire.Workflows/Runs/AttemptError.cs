using System.Diagnostics.CodeAnalysis;
using WorkflowAspire.Workflows.Execution;

namespace WorkflowAspire.Workflows.Runs;

/// <summary>What an attempt failed by.</summary>
/// <param name="Message">What its user is told.</param>
/// <param name="Type">The exception's full name; null where there was none.</param>
/// <param name="Stack">Where it was thrown; null where nobody knows.</param>
/// <param name="Step">The step that failed; null where it was none.</param>
public sealed record AttemptError(string Message, string? Type = null, string? Stack = null, string? Step = null)
{
    // Characters; what is longer helps nobody and would be kept with each attempt.
    private const int LongestStack = 8_000;

    /// <summary>The same for failures of one kind: of one type, in one step whatever its items, with one message but for its numbers, ids and quotations.</summary>
    public string Fingerprint => FailureFingerprint.Of(Type, Step, Message);

    /// <summary>What an exception tells.</summary>
    public static AttemptError Of(Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        var stack = error.StackTrace;
        return new AttemptError(error.Message, error.GetType().FullName, stack?.Length > LongestStack ? stack[..LongestStack] : stack, RunAttempt.StepOf(error));
    }

    /// <summary>An error of which no more than its message is known.</summary>
    [return: NotNullIfNotNull(nameof(message))]
    public static implicit operator AttemptError?(string? message) => FromString(message);

    /// <inheritdoc cref="op_Implicit"/>
    [return: NotNullIfNotNull(nameof(message))]
    public static AttemptError? FromString(string? message) => message is null ? null : new AttemptError(message);
}
