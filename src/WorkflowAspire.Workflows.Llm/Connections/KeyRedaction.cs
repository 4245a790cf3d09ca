using System.Text.RegularExpressions;
using WorkflowAspire.Workflows.Secrecy;

namespace WorkflowAspire.Workflows.Llm.Connections;

/// <summary>Takes keys out of what providers say: some quote them, whole or in part.</summary>
internal sealed partial class KeyRedaction(string? key)
{
    private const string Hidden = "[key]";

    private readonly SecretMask _mask = new(key is null ? [] : [key], Hidden);

    public string Redact(string words) => QuotedKey.Replace(_mask.Hide(words), Hidden);

    // A digit or a star tells a key, or what is left of one, from a word.
    [GeneratedRegex(@"\bsk-(?=[A-Za-z_.-]*[0-9*])[A-Za-z0-9_*.-]{4,}|(?<=\bBearer )(?=[A-Za-z._~+/=-]*[0-9*])[A-Za-z0-9._~+/*=-]{8,}")]
    private static partial Regex QuotedKey { get; }
}
