using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Markdig;
using Markdig.Extensions.Tables;
using Markdig.Extensions.Yaml;
using Markdig.Syntax;

namespace WorkflowAspire.Samples.DocumentDigest;

/// <summary>Reads Markdown: headings part sections; front matter, code and link definitions are left out.</summary>
internal static partial class MarkdownReader
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .UseYamlFrontMatter().UsePipeTables().UseFootnotes().UseTaskLists().UseEmphasisExtras().UseAutoLinks().Build();

    /// <summary>Whether the text has any of Markdown's marks; indented plain text would otherwise be taken for code.</summary>
    public static bool LooksLikeMarkdown(string text) => Marks.IsMatch(text);

    /// <summary>False for what is nested so deep that no person wrote it.</summary>
    public static bool TryRead(string text, [NotNullWhen(true)] out Document? document)
    {
        try
        {
            var sections = new SectionBuilder();
            foreach (var block in Markdown.Parse(text, Pipeline)) Read(block, sections, isProse: true);
            document = new Document(sections.Build());
            return true;
        }
        catch (ArgumentException)
        {
            document = null;
            return false;
        }
    }

    private static void Read(Markdig.Syntax.Block block, SectionBuilder sections, bool isProse)
    {
        switch (block)
        {
            case YamlFrontMatterBlock or CodeBlock or LinkReferenceDefinition:
                break;
            case HeadingBlock heading:
                sections.Begin(InlineText.Of(heading.Inline), heading.Level);
                break;
            case HtmlBlock html:
                sections.Add(HtmlText.Of(html.Lines.ToString()), isProse);
                break;
            case LeafBlock leaf:
                sections.Add(InlineText.Of(leaf.Inline), isProse);
                break;
            case ContainerBlock container:
                foreach (var child in container) Read(child, sections, isProse && container is not Table);
                break;
        }
    }

    // Heading, setext underline, fence, list, quote, table, front matter, HTML block; emphasis, code span, link.
    [GeneratedRegex(
        @"^ {0,3}(\#{1,6}[ \t]|(=+|-{2,})[ \t]*$|```|~~~|[-*+][ \t]+\S|\d{1,9}[.)][ \t]+\S|>|\|.*\||<[a-z!/])|\*\*\S|__\S|`[^`\n]+`|\]\(|\]\[",
        RegexOptions.Multiline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Marks { get; }
}
