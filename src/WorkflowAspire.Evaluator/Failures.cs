using System.Text.RegularExpressions;
using Jint.Runtime;
using WorkflowAspire.Evaluator.Protocol;

namespace WorkflowAspire.Evaluator;

/// <summary>The text itself is at fault; the message says how.</summary>
internal sealed class FaultException(string message) : Exception(message);

/// <summary>The result is larger than allowed.</summary>
internal sealed class OutputException : Exception;

/// <summary>Says how a task failed.</summary>
internal static class Failures
{
    public static (Outcome Outcome, string Reason) Describe(Exception error, CancellationToken ct) => error switch
    {
        StatementsCountOverflowException => (Outcome.Statements, ""),
        MemoryLimitExceededException or OutOfMemoryException => (Outcome.Memory, ""),
        RecursionDepthOverflowException or InsufficientExecutionStackException => (Outcome.Depth, ""),
        TimeoutException or RegexMatchTimeoutException or ExecutionCanceledException or OperationCanceledException => (Outcome.Time, ""),
        OutputException => (Outcome.Output, ""),
        _ when ct.IsCancellationRequested => (Outcome.Time, ""),
        _ => (Outcome.Faulty, Shorten(error.Message.TrimEnd('.'))),
    };

    // A script may throw a text of any length.
    private static string Shorten(string message) => message.Length <= 2000 ? message : $"{message[..(char.IsHighSurrogate(message[1999]) ? 1999 : 2000)]} …";
}
