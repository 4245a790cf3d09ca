using System.Globalization;
using ICU4N.Globalization;
using ICU4N.Text;

namespace WorkflowAspire.Samples.DocumentDigest;

/// <summary>A word of a text.</summary>
/// <param name="Text">As it is spelt.</param>
/// <param name="Start">Where it begins.</param>
/// <param name="IsNumber">Whether it has no letter.</param>
internal readonly record struct Word(string Text, int Start, bool IsNumber)
{
    public int End => Start + Text.Length;

    /// <summary>How many of its characters are Han or Kana, which are read one by one.</summary>
    public int Ideographs => Text.EnumerateRunes().Count(rune => UScript.GetScript(rune.Value) is UScript.Han or UScript.Hiragana or UScript.Katakana);
}

/// <summary>
/// Parts text into words as Unicode (UAX #29) has it; Chinese, Japanese, Thai, Lao, Khmer and Burmese, which write no spaces,
/// by ICU's dictionaries.
/// </summary>
internal static class Words
{
    // The dictionaries' search grows with the square of what it is given at once.
    private const int LongestPiece = 512;

    // No script puts more marks on one letter.
    private const int MostMarks = 16;

    public static IEnumerable<Word> Of(string text)
    {
        var breaks = BreakIterator.GetWordInstance(CultureInfo.InvariantCulture);
        foreach (var (start, length) in Pieces(text))
        {
            breaks.SetText(text.Substring(start, length));
            var from = breaks.First();
            for (var to = breaks.Next(); to != BreakIterator.Done; from = to, to = breaks.Next())
            {
                if (breaks.RuleStatus < RuleBasedBreakIterator.WordNumber) continue;
                yield return new Word(
                    text.Substring(start + from, to - from), start + from, breaks.RuleStatus < RuleBasedBreakIterator.WordLetter);
            }
        }
    }

    private static IEnumerable<(int Start, int Length)> Pieces(string text)
    {
        for (var start = 0; start < text.Length;)
        {
            var end = Math.Min(start + LongestPiece, text.Length);
            if (end < text.Length) end = LastGoodCut(text, start, end);
            yield return (start, end - start);
            start = end;
        }
    }

    // Behind white space or punctuation, if there is any; else anywhere but within a character.
    private static int LastGoodCut(string text, int start, int end)
    {
        for (var cut = end; cut > start; cut--)
        {
            if (char.IsWhiteSpace(text[cut - 1]) || text[cut - 1] is '。' or '、' or '，') return cut;
        }

        for (var cut = end; cut > end - MostMarks; cut--)
        {
            if (!Continues(text, cut)) return cut;
        }

        return char.IsLowSurrogate(text[end]) ? end - 1 : end;
    }

    private static bool Continues(string text, int at) => char.IsLowSurrogate(text[at])
        || CharUnicodeInfo.GetUnicodeCategory(text, at) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;
}
