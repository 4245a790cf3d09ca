using System.Text;
using System.Text.RegularExpressions;

namespace WorkflowAspire.Samples.DocumentDigest;

/// <summary>Makes any string a well-formed text: no byte order mark, no control characters, no lone surrogates, one kind of line end.</summary>
internal static partial class CleanText
{
    public static string From(string text)
    {
        var lines = LineEnd.Replace(text, "\n");
        var clean = new StringBuilder(lines.Length);
        // Enumerating runes turns a lone surrogate into U+FFFD.
        foreach (var rune in lines.EnumerateRunes())
        {
            if (rune.Value is '\n' or '\t') clean.Append((char)rune.Value);
            else if (Rune.IsControl(rune)) clean.Append(' ');
            else if (rune.Value != '\uFEFF') clean.Append(rune);
        }

        return clean.ToString().Normalize(NormalizationForm.FormC);
    }

    /// <summary>The text on one line, its white space single.</summary>
    public static string OnOneLine(string text) => WhiteSpace.Replace(text, " ").Trim();

    [GeneratedRegex(@"\r\n?|[\u0085\u2028\v\f]")]
    private static partial Regex LineEnd { get; }

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace { get; }
}
