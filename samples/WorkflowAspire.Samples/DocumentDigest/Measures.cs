using ICU4N.Globalization;

namespace WorkflowAspire.Samples.DocumentDigest;

/// <summary>The counts of a text and what follows from them.</summary>
internal sealed record Measures(
    IReadOnlyList<SectionDigest> Sections, int Words, int Characters, int ReadingSeconds, string? Script, string? Language)
{
    // Silent reading of non-fiction (Brysbaert 2019), and the usual figure for Chinese and Japanese.
    private const double WordsPerMinute = 238;
    private const double CharactersPerMinute = 500;

    public static Measures Of(Document document, CancellationToken ct)
    {
        var sections = new List<SectionDigest>();
        var language = new LanguageGuess();
        var scripts = new Dictionary<int, int>();
        int spaced = 0, characters = 0;
        foreach (var section in document.Sections)
        {
            var words = 0;
            foreach (var word in section.Blocks.SelectMany(block => DocumentDigest.Words.Of(block.Text)))
            {
                ct.ThrowIfCancellationRequested();
                words++;
                var ideographs = word.Ideographs;
                characters += ideographs;
                if (ideographs == 0) spaced++;
                if (word.IsNumber) continue;
                language.See(word.Text);
                foreach (var rune in word.Text.EnumerateRunes())
                {
                    var script = UScript.GetScript(rune.Value);
                    if (script is not (UScript.Common or UScript.Inherited)) scripts[script] = scripts.GetValueOrDefault(script) + 1;
                }
            }

            sections.Add(new SectionDigest(section.Title, section.Level, words));
        }

        var seconds = (int)Math.Ceiling(60 * ((spaced / WordsPerMinute) + (characters / CharactersPerMinute)));
        string? main = scripts.Count == 0 ? null : UScript.GetShortName(scripts.MaxBy(script => script.Value).Key);
        return new Measures(sections, sections.Sum(section => section.Words), characters, seconds, main, language.Best(scripts));
    }
}
