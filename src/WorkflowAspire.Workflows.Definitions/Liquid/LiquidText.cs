using System.Text.Json;
using Fluid;
using Fluid.Ast;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Definitions.Expressions;

namespace WorkflowAspire.Workflows.Definitions.Liquid;

/// <summary>A Liquid template of a definition.</summary>
internal sealed class LiquidText(IFluidTemplate template)
{
    private static readonly FluidParser Parser = new();

    /// <exception cref="FormatException">It is none.</exception>
    public static LiquidText Parse(string source) => Parser.TryParse(source, out var template, out var error)
        ? new LiquidText(template)
        : throw new FormatException($"This is no Liquid template: {error.ReplaceLineEndings(" ").Trim()}");

    /// <summary>What it must not refer to at this place.</summary>
    public IEnumerable<string> Refuse(Visible visible)
    {
        var references = new References(visible);
        references.VisitTemplate(template);
        return references.Refusals;
    }

    /// <exception cref="UnrecoverableError">It failed; the message names the step and the reason.</exception>
    public async Task<string> RenderAsync(Variables variables, DefinitionOptions options, TimeProvider time, string place, CancellationToken ct)
    {
        var limits = new TemplateOptions { MaxSteps = options.MaxStatements, MaxRecursion = options.MaxRecursion, Now = time.GetUtcNow, TimeZone = TimeZoneInfo.Utc };
        var context = new TemplateContext(limits);
        context.SetValue("input", Plain(variables.Input));
        context.SetValue("run", Plain(variables.Run));
        context.SetValue("steps", variables.Steps.ToDictionary(step => step.Key, step => Plain(step.Value)));
        if (variables.Item is { } item) context.SetValue("item", Plain(item));
        if (variables.Index is { } index) context.SetValue("index", index);
        try
        {
            var text = new BoundedWriter(options.MemoryLimit / sizeof(char), ct);
            await using var _ = text.ConfigureAwait(false);
            await template.RenderAsync(text, NullEncoder.Default, context).ConfigureAwait(false);
            return text.ToString();
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            throw new UnrecoverableError($"{place}: the template failed: {error.Message}", error);
        }
    }

    private static object? Plain(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().DistinctBy(property => property.Name).ToDictionary(property => property.Name, property => Plain(property.Value)),
        JsonValueKind.Array => value.EnumerateArray().Select(Plain).ToList(),
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.TryGetDecimal(out var number) ? number : value.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    private sealed class References(Visible visible) : AstVisitor
    {
        public List<string> Refusals { get; } = [];

        protected override Fluid.Ast.Expression VisitMemberExpression(MemberExpression memberExpression)
        {
            if (memberExpression.Segments is { Count: > 0 } path && path[0] is IdentifierSegment { Identifier: var name })
            {
                // A Liquid loop may well name its own variable "item".
                var refusal = name switch
                {
                    "steps" when path.Count > 1 && path[1] is IdentifierSegment { Identifier: { } step } => visible.RefuseStep(step),
                    "secrets" => visible.RefuseName(name),
                    _ => null,
                };
                if (refusal is not null) Refusals.Add(refusal);
            }

            return base.VisitMemberExpression(memberExpression);
        }
    }
}
