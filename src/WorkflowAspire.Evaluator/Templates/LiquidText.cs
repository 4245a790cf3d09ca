using System.Text.RegularExpressions;
using Fluid;
using WorkflowAspire.Evaluator.Protocol;

namespace WorkflowAspire.Evaluator.Templates;

/// <summary>A Liquid template of a definition.</summary>
internal sealed partial class LiquidText
{
    private static readonly FluidParser Parser = new();
    private static readonly string[] Roots = ["input", "run", "steps", "item", "index"];

    private readonly IFluidTemplate _template;

    private LiquidText(IFluidTemplate template, TemplateFacts facts) => (_template, Facts) = (template, facts);

    /// <summary>What it refers to.</summary>
    public TemplateFacts Facts { get; }

    /// <exception cref="FaultException">It is none.</exception>
    public static LiquidText Parse(string source)
    {
        Nesting.Check(source);
        if (!Parser.TryParse(source, out var template, out var error)) throw new FaultException(error.ReplaceLineEndings(" ").Trim());
        var references = new References();
        references.VisitTemplate(template);
        return new LiquidText(template, new TemplateFacts([.. Roots.Where(name => source.Contains(name, StringComparison.Ordinal))], StepsIn(source), [.. references.Found]));
    }

    /// <exception cref="FaultException">It failed.</exception>
    public string Render(TaskData data, CancellationToken ct)
    {
        var limits = data.Limits;
        var options = new TemplateOptions { MaxSteps = limits.Statements, MaxRecursion = limits.Recursion, Now = () => data.Now, TimeZone = TimeZoneInfo.Utc };
        var context = new TemplateContext(options);
        foreach (var root in data.Json.EnumerateObject()) context.SetValue(root.Name, LiquidValues.Of(root.Value));
        using var text = new BoundedWriter(limits.Output, ct);
        try
        {
            // Nothing in it waits for anything: all that could be awaited are the writer and the values, and both are in memory.
            _template.RenderAsync(text, NullEncoder.Default, context).AsTask().GetAwaiter().GetResult();
        }
        catch (InvalidOperationException error) when (error.Message.Contains("maximum number of statements", StringComparison.Ordinal))
        {
            throw new Jint.Runtime.StatementsCountOverflowException();
        }

        return WholeText.Check(text.ToString(), "text", "cut it in an expression, like Array.from(text).slice(0, 1).join('')");
    }

    // By its text: a step too many does no harm, and one too few would.
    private static string[]? StepsIn(string source)
    {
        var steps = new HashSet<string>();
        foreach (Match mention in Mentions.Matches(source))
        {
            if (!mention.Groups[1].Success && !mention.Groups[2].Success) return null;
            steps.Add(mention.Groups[1].Success ? mention.Groups[1].Value : mention.Groups[2].Value);
        }

        return [.. steps];
    }

    [GeneratedRegex("""\bsteps\b(?:\s*\.\s*([A-Za-z_][A-Za-z0-9_-]*)|\s*\[\s*(?:"([^"]*)"|'([^']*)')\s*\])?""")]
    private static partial Regex Mentions { get; }
}
