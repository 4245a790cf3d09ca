namespace WorkflowAspire.Evaluator;

/// <summary>Text that is text: no half of a character (half a surrogate pair), which no file and no database could keep.</summary>
internal static class WholeText
{
    /// <exception cref="FaultException">It holds half a character.</exception>
    public static string Check(string text, string what, string remedy)
    {
        for (var at = text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff'); at >= 0 && at < text.Length; at++)
        {
            if (!char.IsSurrogate(text[at])) continue;
            if (char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1])) at++;
            else throw new FaultException($"it gives {what} with half a character (half a surrogate pair); {remedy}");
        }

        return text;
    }
}
