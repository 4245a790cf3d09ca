using System.Text.RegularExpressions;

namespace WorkflowAspire.AppHost.Tests;

/// <summary>The commands of docs/runbook.md, as an operator would copy them.</summary>
internal static partial class Runbook
{
    private static readonly string Text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "runbook.md"));

    /// <summary>Each line of each block in this language.</summary>
    public static IEnumerable<string> Lines(string language) => Blocks(language).SelectMany(block => block.Split('\n', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Each block in this language.</summary>
    public static IEnumerable<string> Blocks(string language) =>
        Block.Matches(Text).Where(block => block.Groups["language"].Value == language).Select(block => block.Groups["code"].Value);

    /// <summary>The log messages that operators watch for.</summary>
    public static IEnumerable<string> LogMessages => LogMessage.Matches(Text).Select(message => message.Groups[1].Value);

    [GeneratedRegex(@"^```(?<language>\w+)\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block { get; }

    [GeneratedRegex("^- `([A-Z][^`]+)` — ", RegexOptions.Multiline)]
    private static partial Regex LogMessage { get; }
}
