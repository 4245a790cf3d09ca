namespace WorkflowAspire.Samples.DocumentDigest;

/// <summary>A text as its sections.</summary>
internal sealed record Document(IReadOnlyList<Section> Sections)
{
    public static Document Read(string text)
    {
        var clean = CleanText.From(text);
        return MarkdownReader.LooksLikeMarkdown(clean) && MarkdownReader.TryRead(clean, out var document) ? document : PlainTextReader.Read(clean);
    }
}

/// <summary>A heading and what stands below it, up to the next heading.</summary>
internal sealed record Section(string? Title, int Level, IReadOnlyList<Block> Blocks);

/// <summary>A paragraph, an item of a list or a cell of a table, as plain text on one line.</summary>
/// <param name="Text">Its text.</param>
/// <param name="IsProse">Whether its sentences can stand alone; a table's cells can't.</param>
internal sealed record Block(string Text, bool IsProse);
