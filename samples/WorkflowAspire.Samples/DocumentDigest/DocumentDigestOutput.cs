namespace WorkflowAspire.Samples.DocumentDigest;

/// <summary>What <c>document-digest</c> leaves.</summary>
/// <param name="Sections">The sections, in the order of the text; the part before the first heading has no title.</param>
/// <param name="Words">The words of all sections.</param>
/// <param name="Characters">How many of the text's characters are Chinese, Japanese or Korean ones that stand without spaces.</param>
/// <param name="ReadingSeconds">How long a practised reader takes.</param>
/// <param name="Script">The script that most letters are of, by its ISO 15924 code; null for none.</param>
/// <param name="Language">The language, by its ISO 639-1 code; null where the text doesn't tell.</param>
/// <param name="KeyTerms">What the text is about, most telling first.</param>
/// <param name="Digest">The sentences that the sections begin with.</param>
public sealed record DocumentDigestOutput(
    IReadOnlyList<SectionDigest> Sections,
    int Words,
    int Characters,
    int ReadingSeconds,
    string? Script,
    string? Language,
    IReadOnlyList<KeyTerm> KeyTerms,
    IReadOnlyList<string> Digest);

/// <summary>One section of a text.</summary>
/// <param name="Title">Its heading; null before the first.</param>
/// <param name="Level">The heading's level from 1; 0 before the first.</param>
/// <param name="Words">The words below the heading, up to the next one of any level. Code and front matter don't count.</param>
public sealed record SectionDigest(string? Title, int Level, int Words);

/// <summary>A word or a pair of words that the text is about.</summary>
/// <param name="Term">The term, as the text mostly spells it.</param>
/// <param name="Count">How often it occurs.</param>
public sealed record KeyTerm(string Term, int Count);
