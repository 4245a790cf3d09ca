using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using WorkflowAspire.Worker.Execution;
using WorkflowAspire.Worker.Fairness;
using WorkflowAspire.Worker.Sweepers;
using WorkflowAspire.Workflows;
using WorkflowAspire.Workflows.Definitions;
using WorkflowAspire.Workflows.Definitions.Evaluation;
using WorkflowAspire.Workflows.Dispatch;

namespace WorkflowAspire.Worker.Tests;

/// <summary>docs/configuration.md tells what the worker reads.</summary>
public partial class ConfigurationGuideTests
{
    private static readonly Setting[] Settings =
    [
        .. Of<ExecutionOptions>(ExecutionOptions.Section),
        .. Of<RetentionOptions>(RetentionOptions.Section),
        .. Of<FairnessOptions>(FairnessOptions.Section),
        .. Of<ExecutionQueueOptions>(ExecutionQueueOptions.Section),
        .. Of<WorkflowOptions>(WorkflowOptions.Section),
        .. Of<DefinitionOptions>(DefinitionOptions.Section).Where(setting => setting.Name is not (DefinitionOptions.HttpReach.Section or EvaluatorOptions.Section)),
        .. Of<EvaluatorOptions>(EvaluatorOptions.Section),
        .. Of<RunLimits>(RunLimits.Section),
        .. Of<DefinitionOptions.HttpReach>(DefinitionOptions.HttpReach.Section),
    ];

    private static readonly IReadOnlyDictionary<string, string> Guide = Read();

    [Fact]
    public void Every_setting_is_in_the_guide() => Settings.Select(setting => setting.Name).ShouldBeSubsetOf(Guide.Keys);

    [Fact]
    public void The_guide_names_no_setting_that_is_not_read()
    {
        string[] sections = [.. Settings.Select(setting => setting.Name.Split(':')[0] + ":").Distinct()];

        Guide.Keys.Where(name => sections.Any(section => name.StartsWith(section, StringComparison.Ordinal))).ShouldBeSubsetOf(Settings.Select(setting => setting.Name));
    }

    [Fact]
    public void A_default_in_the_guide_is_the_settings_own()
    {
        var own = Settings.ToDictionary(setting => setting.Name, setting => setting.Default);

        var documented = Guide.Where(entry => own.ContainsKey(entry.Key) && entry.Value.StartsWith('`')).ToDictionary(entry => entry.Key, entry => entry.Value.Trim('`'));

        documented.ShouldNotBeEmpty();
        documented.ShouldBe(documented.Keys.ToDictionary(name => name, name => own[name]), ignoreOrder: true);
    }

    private static IEnumerable<Setting> Of<TOptions>(string section)
        where TOptions : new() =>
        typeof(TOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.CanWrite || property.PropertyType == typeof(IList<string>))
            .Select(property => new Setting($"{section}:{property.Name}", Text(property.GetValue(new TOptions()))));

    private static string Text(object? value) => value switch
    {
        bool or ExecutionPath => $"{value}".ToLowerInvariant(),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    // The first cell of a row names one setting or several, the one after it their default.
    private static Dictionary<string, string> Read([CallerFilePath] string path = "") =>
        File.ReadLines(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "docs", "configuration.md"))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .SelectMany(cells => Name().Matches(cells[1]).Select(name => (Name: name.Groups[1].Value, Default: cells[2])))
            .DistinctBy(entry => entry.Name)
            .ToDictionary(entry => entry.Name, entry => entry.Default);

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Name();

    private sealed record Setting(string Name, string Default);
}
