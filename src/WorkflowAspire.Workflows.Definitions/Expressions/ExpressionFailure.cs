using System.Text.RegularExpressions;
using Jint.Runtime;

namespace WorkflowAspire.Workflows.Definitions.Expressions;

/// <summary>Says why a script failed.</summary>
internal static class ExpressionFailure
{
    public static string Describe(Exception error, TimeSpan timeout) => error switch
    {
        StatementsCountOverflowException => "it executes too many statements (Definitions:MaxStatements)",
        MemoryLimitExceededException => "it needs too much memory (Definitions:MemoryLimit)",
        RecursionDepthOverflowException or InsufficientExecutionStackException => "its calls nest too deeply (Definitions:MaxRecursion)",
        TimeoutException or RegexMatchTimeoutException => $"it computes longer than {timeout:g}",
        _ => error.Message.TrimEnd('.'),
    };
}
