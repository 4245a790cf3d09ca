using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace WorkflowAspire.Workflows.Runs;

/// <summary>Names a kind of failure, so that a thousand failures of one cause are one.</summary>
internal static partial class FailureFingerprint
{
    // Characters of a message that tell what happened; what follows is mostly an answer's own text.
    private const int Telling = 300;

    private const int Bytes = 8;

    /// <param name="type">The exception's full name.</param>
    /// <param name="step">The step's name with its scope.</param>
    /// <param name="message">The error's message.</param>
    public static string Of(string? type, string? step, string message)
    {
        var head = message.AsSpan().Trim();
        var end = head.IndexOfAny('\r', '\n');
        if (end >= 0) head = head[..end];
        var text = head.Length > Telling ? head[..Telling].ToString() : head.ToString();
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{type}\n{Digits().Replace(step ?? "", "#")}\n{Particulars().Replace(text, "#")}")).AsSpan(0, Bytes));
    }

    [GeneratedRegex(@"\d+")]
    private static partial Regex Digits();

    // What stands in quotation marks, ids, and any word with a digit in it.
    [GeneratedRegex(@"'[^']*'|""[^""]*""|[\p{L}\p{Nd}_-]*\p{Nd}[\p{L}\p{Nd}_-]*")]
    private static partial Regex Particulars();
}
