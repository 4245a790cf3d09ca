namespace WorkflowAspire.Samples.DocumentDigest;

/// <summary>
/// Finds what a text is about: words and pairs of neighbouring words, weighed by how often they occur, over how many
/// sentences they are spread and whether a heading has them. Function words are left out: by a list where the language has
/// one, else those that every other sentence has.
/// </summary>
internal static class KeyTerms
{
    private const int Most = 10;
    private const int EnoughSentences = 6;

    public static IReadOnlyList<KeyTerm> Of(Document document, string? language, CancellationToken ct)
    {
        var tally = new TermTally(StopWords.Of(language));
        foreach (var section in document.Sections)
        {
            if (section.Title is { } title) tally.Add(title, isHeading: true);
            foreach (var sentence in section.Blocks.SelectMany(block => Sentences.Of(block.Text)))
            {
                ct.ThrowIfCancellationRequested();
                tally.Add(sentence, isHeading: false);
            }
        }

        return Choose(tally, knowsFunctionWords: language is not null || tally.Sentences < EnoughSentences);
    }

    private static IReadOnlyList<KeyTerm> Choose(TermTally tally, bool knowsFunctionWords)
    {
        var functionWords = knowsFunctionWords ? [] : tally.Candidates.Where(term => term.Spread > tally.Sentences / 2).Select(term => term.Key).ToHashSet();
        var candidates = tally.Candidates.Where(term => !functionWords.Overlaps(term.Key.Split(TermTally.Joint))).ToList();
        var pairs = candidates.Where(term => term.IsPair && term.Count > 1).ToList();
        // A word that occurs mostly within one pair adds nothing to it.
        var covered = pairs
            .SelectMany(pair => pair.Key.Split(TermTally.Joint), (pair, word) => (Word: word, pair.Count))
            .GroupBy(part => part.Word)
            .ToDictionary(parts => parts.Key, parts => parts.Max(part => part.Count));
        return
        [
            .. candidates.Where(term => !term.IsPair && 2 * covered.GetValueOrDefault(term.Key) <= term.Count).Concat(pairs)
                .OrderByDescending(term => term.Weight).ThenBy(term => term.Key, StringComparer.Ordinal)
                .Take(Most)
                .Select(term => new KeyTerm(term.Spelling, term.Count)),
        ];
    }
}
