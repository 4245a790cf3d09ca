using System.Text.RegularExpressions;

namespace WorkflowAspire.Workflows.Llm.Answers;

/// <summary>What a model thinks aloud before its answer, where its server doesn't part the two.</summary>
internal static partial class Thoughts
{
    /// <summary>The answer alone; empty where the text ends within the thoughts.</summary>
    public static string Without(string text)
    {
        while (Beginning.Match(text) is { Success: true } beginning)
        {
            var end = $"{(beginning.Value.TrimStart()[0] == '[' ? "[/" : "</")}{beginning.Groups[1].Value}{beginning.Value[^1]}";
            var at = text.IndexOf(end, StringComparison.OrdinalIgnoreCase);
            if (at < 0) return "";
            text = text[(at + end.Length)..].TrimStart();
        }

        return text;
    }

    /// <summary>What stands after the last end of thoughts, also where their beginning was left out, as some servers do.</summary>
    public static string After(string text) => Ends.Matches(text) is [.., var last] ? text[(last.Index + last.Length)..] : text;

    [GeneratedRegex(@"^\s*[<\[](think|thinking|thought|reasoning)[>\]]", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Beginning { get; }

    [GeneratedRegex(@"</(think|thinking|thought|reasoning)>|\[/think\]", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Ends { get; }
}
