namespace WorkflowAspire.Interop.Tests.Properties;

/// <summary>The lines in which two states of a queue differ.</summary>
internal static class StateDifference
{
    /// <summary>Empty where they are equal; else the lines of one side only, under the key that they are of.</summary>
    public static IReadOnlyList<string> Between(string theirs, string ours)
    {
        if (theirs == ours) return [];
        var (theirKeys, ourKeys) = (Keys(theirs), Keys(ours));
        var lines = new List<string>();
        foreach (var key in theirKeys.Keys.Union(ourKeys.Keys).Order(StringComparer.Ordinal))
        {
            var (their, our) = (theirKeys.GetValueOrDefault(key, ["(no such key)"]), ourKeys.GetValueOrDefault(key, ["(no such key)"]));
            if (their.SequenceEqual(our)) continue;
            lines.Add($"{key}:");
            lines.AddRange(their.Except(our).Select(line => $"  Node  {line}"));
            lines.AddRange(our.Except(their).Select(line => $"  ours  {line}"));
            if (their.ToHashSet().SetEquals(our)) lines.AddRange([$"  Node  {string.Join(" | ", their)}", $"  ours  {string.Join(" | ", our)}"]);
        }

        return lines;
    }

    // QueueState writes a key at the start of a line and its content indented below it.
    private static Dictionary<string, List<string>> Keys(string state)
    {
        var keys = new Dictionary<string, List<string>>();
        List<string> content = [];
        foreach (var line in state.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("  ", StringComparison.Ordinal)) content.Add(line[2..]);
            else keys[line] = content = [];
        }

        return keys;
    }
}
