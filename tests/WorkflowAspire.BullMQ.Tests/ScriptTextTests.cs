using System.Reflection;
using System.Text.RegularExpressions;
using WorkflowAspire.BullMQ.Protocol;

namespace WorkflowAspire.BullMQ.Tests;

/// <summary>What is sent to a server of the files in <c>Scripts/</c>.</summary>
public partial class ScriptTextTests
{
    private static readonly HashSet<string> OfLua =
        ["function", "and", "or", "not", "if", "elseif", "while", "return", "in", "tonumber", "tostring", "type", "unpack", "ipairs", "pairs", "pcall", "error", "call"];

    public static TheoryData<string> Scripts => [.. typeof(Script).GetFields(BindingFlags.Public | BindingFlags.Static).Select(script => script.Name)];

    [Theory, MemberData(nameof(Scripts))]
    public void A_script_has_every_function_that_it_calls_and_defines_none_that_it_does_not_use(string name)
    {
        var code = Words(ScriptText.Of(name));

        var defined = Definition().Matches(code).Select(match => match.Groups[1].Value).ToList();
        var called = Call().Matches(code).Select(match => match.Groups[1].Value).Where(function => !OfLua.Contains(function) && !IsLocal(code, function));

        called.Except(defined).ShouldBeEmpty();
        defined.Where(function => Regex.Count(code, $@"\b{function}\b") < 2).ShouldBeEmpty();
    }

    [Fact]
    public void Every_function_of_a_part_is_in_some_script()
    {
        var assembly = typeof(Script).Assembly;
        var parts = assembly.GetManifestResourceNames().Where(name => name.Contains(".Scripts.Parts.", StringComparison.Ordinal)).Select(name => new StreamReader(assembly.GetManifestResourceStream(name)!).ReadToEnd());
        var sent = string.Concat(Scripts.Select(script => ScriptText.Of(script.Data)));

        parts.SelectMany(part => Definition().Matches(part)).Select(match => match.Value).Where(definition => !sent.Contains(definition + "(", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void What_only_few_calls_use_is_set_up_in_a_function_of_its_own()
    {
        var text = ScriptText.Of("Complete");

        text.IndexOf("local function tellParentCompleted", StringComparison.Ordinal).ShouldBeGreaterThan(text.IndexOf("local function later()", StringComparison.Ordinal));
    }

    // Parameters and variables that hold a function.
    private static bool IsLocal(string code, string name) => Regex.IsMatch(code, $@"local [\w, ]*\b{name}\b|function \w*\([^)]*\b{name}\b[^)]*\)");

    private static string Words(string text) => Strings().Replace(Comments().Replace(text, ""), "\"\"");

    [GeneratedRegex(@"local function (\w+)")]
    private static partial Regex Definition();

    [GeneratedRegex(@"(?<![\w.:])([A-Za-z_]\w*)\(")]
    private static partial Regex Call();

    [GeneratedRegex(@"--.*")]
    private static partial Regex Comments();

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex Strings();
}
