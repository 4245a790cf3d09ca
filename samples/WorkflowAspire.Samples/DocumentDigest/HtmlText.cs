using System.Collections.Frozen;
using System.Net;
using System.Text.RegularExpressions;

namespace WorkflowAspire.Samples.DocumentDigest;

/// <summary>The text of a piece of HTML, its tags gone; scripts, styles and comments go with theirs.</summary>
internal static partial class HtmlText
{
    // What these are around stays one word, as in H<sub>2</sub>O; all other tags part words, as a line break or a cell does.
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> WithinWords = new[]
    {
        "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins", "kbd", "label", "mark", "nobr", "output", "q", "s", "samp",
        "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    public static string Of(string html) => WebUtility.HtmlDecode(Tags.Replace(Unread.Replace(html, " "), tag => InPlaceOf(tag.Value)));

    /// <summary>What a reader sees of a tag: nothing, or that it parts the words around it.</summary>
    public static string InPlaceOf(string tag) => tag.StartsWith("<!", StringComparison.Ordinal) || WithinWords.Contains(Name.Match(tag).ValueSpan) ? "" : " ";

    // Two passes, neither of which can backtrack: the text may be hostile.
    [GeneratedRegex(@"<!--.*?(-->|$)|<(script|style)\b.*?(</(script|style)\s*>|$)", RegexOptions.Singleline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Unread { get; }

    [GeneratedRegex(@"<[a-z/!?][^<>]*>?", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Tags { get; }

    [GeneratedRegex(@"(?<=^</?)[a-z][a-z0-9-]*", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Name { get; }
}
