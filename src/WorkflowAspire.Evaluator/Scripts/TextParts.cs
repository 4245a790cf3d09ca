using System.Text;
using WorkflowAspire.Evaluator.Protocol;

namespace WorkflowAspire.Evaluator.Scripts;

/// <summary>A text cut into what is written and what stands in <c>${ … }</c>; <c>$${</c> is a written <c>${</c>.</summary>
internal static class TextParts
{
    // The host refuses longer expressions; this only bounds how often a long text is looked through.
    private const int LongestExpression = 100_000;

    /// <exception cref="FaultException">An expression doesn't end.</exception>
    public static TextPart[] Read(string text)
    {
        var parts = new List<TextPart>();
        var written = new StringBuilder();
        for (var at = 0; at < text.Length;)
        {
            if (text.AsSpan(at).StartsWith("$${"))
            {
                written.Append("${");
                at += 3;
            }
            else if (text.AsSpan(at).StartsWith("${"))
            {
                var begin = at + 2;
                var length = LengthOf(text, begin);
                if (written.Length > 0) parts.Add(new TextPart(written.ToString()));
                written.Clear();
                parts.Add(Expression(text[begin..(begin + length)]));
                at = begin + length + 1;
            }
            else
            {
                written.Append(text[at++]);
            }
        }

        if (written.Length > 0) parts.Add(new TextPart(written.ToString()));
        return [.. parts];
    }

    private static int LengthOf(string text, int begin)
    {
        string reason;
        try
        {
            if (Brackets.EndOf(text[begin..Math.Min(text.Length, begin + LongestExpression)]) is { } length) return length;
            reason = "has no closing brace; add it";
        }
        catch (FaultException error)
        {
            reason = $"can't be read as JavaScript up to its closing brace ({error.Message}); correct it";
        }

        throw new FaultException($"The expression that begins with \"{text[(begin - 2)..Math.Min(text.Length, begin + 18)]}\" {reason}, or write $${{ for a plain ${{.");
    }

    private static TextPart Expression(string source)
    {
        try
        {
            return new TextPart(null, source, ScriptSyntax.OfExpression(source));
        }
        catch (FaultException error)
        {
            return new TextPart(null, source, Error: error.Message);
        }
    }
}
