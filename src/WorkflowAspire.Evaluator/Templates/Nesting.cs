using System.Text.RegularExpressions;

namespace WorkflowAspire.Evaluator.Templates;

/// <summary>Goes through a template tag by tag, which needs no stack however deep it nests.</summary>
internal static partial class Nesting
{
    public const int MaxExpressions = 300;

    private const int MaxBlocks = 100;

    public static FaultException TooDeep() => new($"it nests deeper than {MaxBlocks} blocks or {MaxExpressions} operators and filters; render it in several steps");

    /// <exception cref="FaultException">It nests too deeply.</exception>
    public static void Check(string source)
    {
        var depth = 0;
        foreach (Match tag in Tags.Matches(source))
        {
            if (tag.Groups[1].Success) depth--;
            else if (++depth > MaxBlocks) throw TooDeep();
        }

        foreach (var part in Bracketed.EnumerateMatches(source))
            if (part.Length > MaxBlocks) throw TooDeep();
    }

    [GeneratedRegex("""\{%-?\s*(end)?(?:if|unless|for|case|tablerow|capture|comment|raw|macro|ifchanged|block)\b""")]
    private static partial Regex Tags { get; }

    // Brackets that open one within the other, with nothing else between them.
    [GeneratedRegex("""[(\[][(\[\s]*""")]
    private static partial Regex Bracketed { get; }
}
