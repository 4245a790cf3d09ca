namespace WorkflowAspire.Samples.DocumentDigest;

/// <summary>Gathers the sections of a text while it is read.</summary>
internal sealed class SectionBuilder
{
    private readonly List<Section> _sections = [];
    private List<Block> _blocks = [];
    private string? _title;
    private int _level;

    public void Begin(string title, int level)
    {
        End();
        (_title, _level, _blocks) = (CleanText.OnOneLine(title), level, []);
    }

    public void Add(string text, bool isProse)
    {
        var line = CleanText.OnOneLine(text);
        if (line.Length > 0) _blocks.Add(new Block(line, isProse));
    }

    public IReadOnlyList<Section> Build()
    {
        End();
        return _sections;
    }

    private void End()
    {
        // The part before the first heading is a section only if there is something in it.
        if (_level > 0 || _blocks.Count > 0) _sections.Add(new Section(_title, _level, _blocks));
    }
}
