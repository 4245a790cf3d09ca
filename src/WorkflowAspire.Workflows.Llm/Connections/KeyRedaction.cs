using System.Text.RegularExpressions;

namespace WorkflowAspire.Workflows.Llm.Connections;

/// <summary>Takes keys out of what providers say: some quote them, whole or in part.</summary>
internal static partial class KeyRedaction
{
    private const string Hidden = "[key]";

    public static string Redact(string message, string? key) =>
        QuotedKey.Replace(string.IsNullOrEmpty(key) ? message : message.Replace(key, Hidden, StringComparison.Ordinal), Hidden);

    [GeneratedRegex(@"\bsk-[A-Za-z0-9_*.-]{4,}|(?<=\bBearer )[A-Za-z0-9._~+/*=-]{8,}")]
    private static partial Regex QuotedKey { get; }
}
