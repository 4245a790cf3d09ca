using ICU4N.Globalization;

namespace WorkflowAspire.Samples.DocumentDigest;

/// <summary>Tells a language by its script where no other is written in it, else by its most frequent words.</summary>
internal sealed class LanguageGuess
{
    // Below this share of function words, a text is in a language that we have no list of.
    private const double LeastShare = 0.08;

    // One "a" alone is a word of many languages.
    private const int LeastHits = 2;

    private readonly Dictionary<string, int> _hits = [];
    private int _words;

    public void See(string word)
    {
        _words++;
        foreach (var language in StopWords.LanguagesOf(Term.KeyOf(word))) _hits[language] = _hits.GetValueOrDefault(language) + 1;
    }

    public string? Best(IReadOnlyDictionary<int, int> scripts)
    {
        if (scripts.Count == 0) return null;
        int Count(int script) => scripts.GetValueOrDefault(script);
        var kana = Count(UScript.Hiragana) + Count(UScript.Katakana);
        // Chinese quotes a Japanese name now and then; Japanese can't do without Hiragana.
        if (kana + Count(UScript.Han) > scripts.Values.Sum() / 2) return kana > Count(UScript.Han) / 10 ? "ja" : "zh";
        var main = scripts.MaxBy(script => script.Value).Key;
        return main switch
        {
            UScript.Hangul => "ko",
            UScript.Thai => "th",
            UScript.Lao => "lo",
            UScript.Khmer => "km",
            UScript.Myanmar => "my",
            UScript.Greek => "el",
            UScript.Georgian => "ka",
            UScript.Armenian => "hy",
            _ => _hits.Count > 0 && _hits.MaxBy(hit => hit.Value) is var best && best.Value >= Math.Max(LeastHits, LeastShare * _words) ? best.Key : null,
        };
    }
}
