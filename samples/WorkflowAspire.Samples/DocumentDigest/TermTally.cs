using System.Runtime.InteropServices;

namespace WorkflowAspire.Samples.DocumentDigest;

/// <summary>Counts the words, and pairs of words, that may be key terms.</summary>
internal sealed class TermTally(IReadOnlySet<string> stopWords)
{
    /// <summary>What joins the two words of a pair's key.</summary>
    public const char Joint = '\n';

    private readonly Dictionary<string, Candidate> _candidates = [];

    /// <summary>How many sentences were added, headings included.</summary>
    public int Sentences { get; private set; }

    public IReadOnlyCollection<Candidate> Candidates => _candidates.Values;

    public void Add(string sentence, bool isHeading)
    {
        Sentences++;
        (string Key, Word Word)? before = null;
        foreach (var word in Words.Of(sentence))
        {
            var key = Term.KeyOf(word.Text);
            if (word.IsNumber || stopWords.Contains(key) || IsTooShort(word, key))
            {
                before = null;
                continue;
            }

            Count(key, word.Text, isHeading, isPair: false);
            if (before is var (first, neighbour) && AreNeighbours(sentence, neighbour.End, word.Start))
                Count($"{first}{Joint}{key}", sentence[neighbour.Start..word.End], isHeading, isPair: true);
            before = (key, word);
        }
    }

    // One letter says nothing; one Han character may be a word, but rarely a subject.
    private static bool IsTooShort(Word word, string key) => key.Length < (word.Ideographs > 0 ? 2 : 3);

    private static bool AreNeighbours(string sentence, int end, int start) => sentence.AsSpan(end, start - end) is "" or " " or "-" or "\u200C";

    private void Count(string key, string spelling, bool isHeading, bool isPair)
    {
        ref var candidate = ref CollectionsMarshal.GetValueRefOrAddDefault(_candidates, key, out _);
        candidate ??= new Candidate(key, isPair);
        candidate.See(spelling, Sentences, isHeading);
    }
}
