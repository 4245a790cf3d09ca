using System.Text.RegularExpressions;

namespace WorkflowAspire.Samples.DocumentDigest;

/// <summary>Reads a text without markup: one section, its paragraphs parted by empty lines.</summary>
internal static partial class PlainTextReader
{
    public static Document Read(string text)
    {
        var blocks = EmptyLines.Split(text).Select(CleanText.OnOneLine).Where(paragraph => paragraph.Length > 0).Select(paragraph => new Block(paragraph, IsProse: true)).ToList();
        return new Document(blocks.Count == 0 ? [] : [new Section(null, 0, blocks)]);
    }

    [GeneratedRegex(@"\n[ \t\u00A0\u3000]*\n|\u2029")]
    private static partial Regex EmptyLines { get; }
}
