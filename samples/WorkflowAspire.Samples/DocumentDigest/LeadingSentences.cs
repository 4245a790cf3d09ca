using System.Globalization;

namespace WorkflowAspire.Samples.DocumentDigest;

/// <summary>The digest: the first sentence of each section, and where those are few, the sentences that follow in the first ones.</summary>
internal static class LeadingSentences
{
    private const int Most = 5;
    private const int LongestSentence = 400;

    public static IReadOnlyList<string> Of(Document document, CancellationToken ct)
    {
        var leads = document.Sections
            .Select(section => section.Blocks.Where(block => block.IsProse).SelectMany(block => Sentences.Of(block.Text)).Where(HasWords).Take(Most).ToList())
            .Where(sentences => sentences.Count > 0)
            .ToList();
        ct.ThrowIfCancellationRequested();
        // First sentences before second ones; then all that were chosen in the order of the text.
        var chosen = leads
            .SelectMany((sentences, section) => sentences.Select((sentence, place) => (Sentence: sentence, Section: section, Place: place)))
            .OrderBy(lead => lead.Place).ThenBy(lead => lead.Section)
            .Take(Most)
            .OrderBy(lead => lead.Section).ThenBy(lead => lead.Place);
        return [.. chosen.Select(lead => Shorten(lead.Sentence))];
    }

    private static bool HasWords(string sentence) => Words.Of(sentence).Any(word => !word.IsNumber);

    private static string Shorten(string sentence)
    {
        if (sentence.Length <= LongestSentence) return sentence;
        // Never within what a reader sees as one character.
        var length = 0;
        while (StringInfo.GetNextTextElementLength(sentence, length) is var next && length + next < LongestSentence) length += next;
        return $"{sentence.AsSpan(0, length).TrimEnd()}…";
    }
}
