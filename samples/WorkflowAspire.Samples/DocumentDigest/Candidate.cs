namespace WorkflowAspire.Samples.DocumentDigest;

/// <summary>A word, or a pair of words, that may be a key term.</summary>
internal sealed class Candidate(string key, bool isPair)
{
    private readonly Dictionary<string, int> _spellings = [];
    private int _lastSentence;
    private bool _inHeading;

    public string Key => key;

    public bool IsPair => isPair;

    public int Count { get; private set; }

    /// <summary>How many sentences have it.</summary>
    public int Spread { get; private set; }

    /// <summary>The spelling that the text mostly uses.</summary>
    public string Spelling => _spellings.OrderByDescending(spelling => spelling.Value).ThenBy(spelling => spelling.Key, StringComparer.Ordinal).First().Key;

    public double Weight => Count * (1 + Math.Log2(1 + Spread)) * (isPair ? 1.5 : 1) * (_inHeading ? 1.5 : 1);

    public void See(string spelling, int sentence, bool isHeading)
    {
        Count++;
        _spellings[spelling] = _spellings.GetValueOrDefault(spelling) + 1;
        _inHeading |= isHeading;
        if (sentence == _lastSentence) return;
        _lastSentence = sentence;
        Spread++;
    }
}
