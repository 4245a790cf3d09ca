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

        var isFunctionWord = language is null && tally.Sentences >= EnoughSentences
            ? (Candidate term) => term.Spread > tally.Sentences / 2
            : new Func<Candidate, bool>(_ => false);
        var chosen = new List<Candidate>();
        foreach (var term in tally.Candidates.Where(term => (!term.IsPair || term.Count > 1) && !isFunctionWord(term)).OrderByDescending(term => term.Weight).ThenBy(term => term.Key, StringComparer.Ordinal))
        {
            if (chosen.Count == Most) break;
            // A word that occurs mostly within a pair adds nothing to it.
            if (chosen.Exists(other => Within(term, other) || Within(other, term))) continue;
            chosen.Add(term);
        }

        return [.. chosen.Select(term => new KeyTerm(term.Spelling, term.Count))];
    }

    private static bool Within(Candidate part, Candidate whole) =>
        whole.IsPair && !part.IsPair && 2 * whole.Count > part.Count && whole.Key.Split(TermTally.Joint).Contains(part.Key);
}
