using System.Text.RegularExpressions;

namespace WorkflowAspire.Samples.DocumentDigest;

/// <summary>When two spellings are one term.</summary>
internal static partial class Term
{
    /// <summary>The term without case, and without the vowel marks and stretching that Arabic and Hebrew may or may not write.</summary>
    public static string KeyOf(string word) => Optional.Replace(word, "").ToLowerInvariant().Replace('’', '\'');

    [GeneratedRegex(@"[\u0591-\u05C7\u0610-\u061A\u0640\u064B-\u065F\u0670]")]
    private static partial Regex Optional { get; }
}
