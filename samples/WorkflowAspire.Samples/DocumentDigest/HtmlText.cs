using System.Net;
using System.Text.RegularExpressions;

namespace WorkflowAspire.Samples.DocumentDigest;

/// <summary>The text of a piece of HTML, its tags gone; scripts, styles and comments go with theirs.</summary>
internal static partial class HtmlText
{
    public static string Of(string html) => WebUtility.HtmlDecode(Tags.Replace(Unread.Replace(html, " "), " "));

    // Two passes, neither of which can backtrack: the text may be hostile.
    [GeneratedRegex(@"<!--.*?(-->|$)|<(script|style)\b.*?(</(script|style)\s*>|$)", RegexOptions.Singleline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Unread { get; }

    [GeneratedRegex(@"<[a-z/!?][^<>]*>?", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Tags { get; }
}
