using System.Text.RegularExpressions;

namespace WorkflowAspire.Interop.Tests.Protocol;

/// <summary>docs/protocol.md, by section: what the first column of its tables names.</summary>
internal static partial class ProtocolDocument
{
    private static readonly string Text = File.ReadAllText(Repository.Path("docs/protocol.md"));

    /// <summary>The names in the first column of a section's tables, each with the rest of its row.</summary>
    public static Dictionary<string, string> Rows(string section)
    {
        var from = Text.IndexOf($"\n## {section}\n", StringComparison.Ordinal);
        from.ShouldBeGreaterThan(0, $"docs/protocol.md has no section '{section}'.");
        var to = Text.IndexOf("\n## ", from + 4, StringComparison.Ordinal);
        var rows = new Dictionary<string, string>();
        foreach (var line in Text[from..(to < 0 ? Text.Length : to)].Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)))
        {
            var cells = line.Split(" | ", 2);
            foreach (Match name in Quoted().Matches(cells[0])) rows[name.Groups[1].Value] = cells[1];
        }

        return rows;
    }

    /// <summary>Every name that a section puts in quotes, in tables or text.</summary>
    public static HashSet<string> Names(string section)
    {
        var from = Text.IndexOf($"\n## {section}\n", StringComparison.Ordinal);
        var to = Text.IndexOf("\n## ", from + 4, StringComparison.Ordinal);
        return [.. Quoted().Matches(Text[from..(to < 0 ? Text.Length : to)]).Select(name => name.Groups[1].Value)];
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();
}
