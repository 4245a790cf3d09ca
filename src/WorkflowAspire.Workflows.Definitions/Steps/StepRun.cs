using System.Text.Json;
using WorkflowAspire.Workflows.Definitions.Expressions;
using WorkflowAspire.Workflows.Definitions.Liquid;

namespace WorkflowAspire.Workflows.Definitions.Steps;

/// <summary>What a step of a definition runs with.</summary>
/// <param name="Context">The engine's context: it takes the steps and keeps their outputs.</param>
/// <param name="Variables">What expressions see.</param>
/// <param name="Services">What steps call.</param>
/// <param name="Stopping">Ends with the attempt.</param>
internal sealed record StepRun(WorkflowContext Context, Variables Variables, StepServices Services, CancellationToken Stopping)
{
    public JsonElement Evaluate(Expression expression, string step) =>
        expression.Evaluate(Services.Sandbox, Variables, Services.Options, $"Step '{step}'", Stopping);

    public JsonElement Evaluate(FilledValue value, string step) => value.Evaluate(expression => Evaluate(expression, step));

    public JsonElement Evaluate(FilledText text, string step) => text.Evaluate(expression => Evaluate(expression, step));

    public Task<string> RenderAsync(LiquidText template, string step, CancellationToken ct) =>
        template.RenderAsync(Variables, Services.Options, Services.Time, $"Step '{step}'", ct);

    /// <summary>The same for steps inside a step, in a context of their own.</summary>
    public StepRun Inside(WorkflowContext context, Variables variables) => this with { Context = context, Variables = variables };

    /// <summary>The same for steps inside a step, in this context.</summary>
    public StepRun Inside() => this with { Variables = Variables.Inner() };
}
