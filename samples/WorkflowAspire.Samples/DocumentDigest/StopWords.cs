using System.Collections.Frozen;

namespace WorkflowAspire.Samples.DocumentDigest;

/// <summary>The words that hold sentences together and say nothing of their subject, by language.</summary>
internal static class StopWords
{
    private static readonly FrozenDictionary<string, FrozenSet<string>> ByLanguage = Load();

    private static readonly FrozenDictionary<string, string[]> ByWord = ByLanguage
        .SelectMany(language => language.Value, (language, word) => (Language: language.Key, Word: word))
        .GroupBy(entry => entry.Word, entry => entry.Language)
        .ToFrozenDictionary(words => words.Key, words => words.ToArray());

    /// <summary>The languages that have this word in their list.</summary>
    public static IReadOnlyList<string> LanguagesOf(string word) => ByWord.GetValueOrDefault(word, []);

    /// <summary>The list of a language; empty where there is none.</summary>
    public static IReadOnlySet<string> Of(string? language) =>
        language is not null && ByLanguage.TryGetValue(language, out var words) ? words : FrozenSet<string>.Empty;

    // StopWords.txt: a line for each language, its code before the colon.
    private static FrozenDictionary<string, FrozenSet<string>> Load()
    {
        using var reader = new StreamReader(typeof(StopWords).Assembly.GetManifestResourceStream("StopWords.txt")!);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(':', 2))
            .ToFrozenDictionary(line => line[0], line => line[1].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Term.KeyOf).ToFrozenSet());
    }
}
