using System.Text;

namespace WorkflowAspire.Workflows.Definitions.Expressions;

/// <summary>A text cut into what is written and what stands in <c>${ … }</c>; <c>$${</c> is a written <c>${</c>.</summary>
internal static class TextParts
{
    /// <exception cref="FormatException">An expression doesn't end.</exception>
    public static IReadOnlyList<(bool IsExpression, string Text)> Split(string text)
    {
        var parts = new List<(bool, string)>();
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
                var end = EndOf(text, at + 2);
                if (end < 0) throw new FormatException($"The expression that begins with \"{text[at..Math.Min(text.Length, at + 20)]}\" has no closing brace; add it, or write $${{ for a plain ${{.");
                if (written.Length > 0) parts.Add((false, written.ToString()));
                written.Clear();
                parts.Add((true, text[(at + 2)..end]));
                at = end + 1;
            }
            else
            {
                written.Append(text[at++]);
            }
        }

        if (written.Length > 0) parts.Add((false, written.ToString()));
        return parts;
    }

    // Braces nest; those in quotes don't count, except in the ${ } of a template literal.
    private static int EndOf(string text, int at)
    {
        for (var depth = 0; at < text.Length; at++)
        {
            switch (text[at])
            {
                case '{':
                    depth++;
                    break;
                case '}' when depth-- == 0:
                    return at;
                case '"' or '\'' or '`':
                    at = EndOfQuote(text, at);
                    if (at < 0) return -1;
                    break;
            }
        }

        return -1;
    }

    private static int EndOfQuote(string text, int start)
    {
        for (var at = start + 1; at < text.Length; at++)
        {
            if (text[at] == '\\') at++;
            else if (text[at] == text[start]) return at;
            else if (text[start] == '`' && text.AsSpan(at).StartsWith("${") && (at = EndOf(text, at + 2)) < 0) return -1;
        }

        return -1;
    }
}
