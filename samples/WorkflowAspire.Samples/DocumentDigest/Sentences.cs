using System.Globalization;
using System.Text.RegularExpressions;
using ICU4N.Text;

namespace WorkflowAspire.Samples.DocumentDigest;

/// <summary>Parts a block into sentences as Unicode (UAX #29) has it, and mends what abbreviations, initials and ordinals broke.</summary>
internal static partial class Sentences
{
    public static IEnumerable<string> Of(string block)
    {
        var breaks = BreakIterator.GetSentenceInstance(CultureInfo.InvariantCulture);
        breaks.SetText(block);
        var from = breaks.First();
        for (var to = breaks.Next(); to != BreakIterator.Done; to = breaks.Next())
        {
            // A small letter goes on with the sentence: “Really?” she said.
            if (to < block.Length && (char.IsLower(block[to]) || EndsInAbbreviation(block.AsSpan(from, to - from).TrimEnd()))) continue;
            foreach (var sentence in Ellipsis.Split(block[from..to]).Select(part => part.Trim()).Where(part => part.Length > 0)) yield return sentence;
            from = to;
        }
    }

    private static bool EndsInAbbreviation(ReadOnlySpan<char> sentence)
    {
        if (!sentence.EndsWith('.')) return false;
        var word = sentence[(sentence.LastIndexOf(' ') + 1)..].TrimStart("([{\"'«„“‘¿¡");
        return Abbreviation.IsMatch(word);
    }

    // Unicode lets no sentence end in an ellipsis; before a capital it mostly does.
    [GeneratedRegex(@"(?<=…)\s+(?=\p{Lu})")]
    private static partial Regex Ellipsis { get; }

    // Initials (J., U.S.), ordinals as German and Czech write them (3.), and what stands before a name or a number.
    [GeneratedRegex(
        @"^(\p{L}\.|(\p{L}{1,2}\.)+\p{L}{1,2}\.|\d{1,2}\.|(Dr|Mr|Mrs|Ms|Prof|St|Sr|Jr|Rev|Gen|Col|Capt|Lt|Sgt|Gov|Hon|Mt|vs|etc|approx|Inc|Ltd|Co|Corp|No|Nr|Fig|Vol|Ed|Eds|pp|cf|al"
        + @"|bzw|ca|usw|vgl|Abb|Bd|Hr|Fr|Str|Mme|Mlle|env|Sra|Srta|Ud|Uds|Av|pág|Dott|Sig|ecc|бул|ул|гг|рис|стр|см|напр|проф|акад)\.)$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Abbreviation { get; }
}
