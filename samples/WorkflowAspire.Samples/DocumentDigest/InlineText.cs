using System.Text;
using Markdig.Extensions.TaskLists;
using Markdig.Syntax.Inlines;

namespace WorkflowAspire.Samples.DocumentDigest;

/// <summary>What a reader sees of Markdown's inlines: a link is its text, a picture its description, an HTML tag at most a gap.</summary>
internal static class InlineText
{
    public static string Of(ContainerInline? inlines)
    {
        var text = new StringBuilder();
        if (inlines is not null) Append(inlines, text);
        return text.ToString();
    }

    private static void Append(ContainerInline inlines, StringBuilder text)
    {
        foreach (var inline in inlines)
        {
            switch (inline)
            {
                case LiteralInline literal: text.Append(literal.Content.AsSpan()); break;
                case CodeInline code: text.Append(code.Content); break;
                case HtmlEntityInline entity: text.Append(entity.Transcoded.AsSpan()); break;
                case LineBreakInline or AutolinkInline: text.Append(' '); break;
                case HtmlInline html: text.Append(HtmlText.InPlaceOf(html.Tag)); break;
                case TaskList: break;
                case ContainerInline container: Append(container, text); break;
            }
        }
    }
}
