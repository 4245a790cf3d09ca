using System.Text.Json;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Evaluator.Protocol;
using WorkflowAspire.Workflows.Definitions.Evaluation;
using WorkflowAspire.Workflows.Definitions.Expressions;
using WorkflowAspire.Workflows.Definitions.Templates;

namespace WorkflowAspire.Workflows.Definitions.Steps;

/// <summary>What a step of a definition runs with.</summary>
/// <param name="Context">The engine's context: it takes the steps and keeps their outputs.</param>
/// <param name="Variables">What expressions see.</param>
/// <param name="Services">What steps call.</param>
/// <param name="Stopping">Ends with the attempt.</param>
internal sealed record StepRun(WorkflowContext Context, Variables Variables, StepServices Services, CancellationToken Stopping)
{
    /// <summary>Evaluates a step's expressions, in one round trip at most.</summary>
    /// <param name="expressions">Those whose values are needed.</param>
    /// <param name="step">The step; null for the run's output.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <param name="conditions">Those of which only is needed whether they hold.</param>
    /// <param name="onlyIf">What must hold first; null for nothing.</param>
    /// <returns>The values; null where what must hold doesn't.</returns>
    /// <exception cref="UnrecoverableError">One failed; the message names the step, the expression and the reason.</exception>
    public async Task<Filling?> FillAsync(
        IEnumerable<Expression> expressions, string? step, CancellationToken ct, IEnumerable<Expression>? conditions = null, Expression? onlyIf = null)
    {
        var filling = new Filling();
        var asked = new List<(Purpose Purpose, Expression Expression)>();
        if (onlyIf is not null && !Follow(onlyIf)) asked.Add((Purpose.Decide, onlyIf));
        else if (onlyIf is not null && !filling.Holds(onlyIf)) return null;
        foreach (var condition in conditions ?? [])
            if (!Follow(condition)) asked.Add((Purpose.Decide, condition));
        foreach (var expression in expressions)
            if (!Follow(expression)) asked.Add((Purpose.Evaluate, expression));
        if (asked.Count == 0) return filling;

        var decidesFirst = asked[0].Expression == onlyIf;
        var answers = await EvaluateAsync(
            [.. asked.Select(ask => new Work(ask.Purpose, ask.Expression.Text))], Variables.ToJson(Needs.Of(asked.Select(ask => ask.Expression.Needs))), step, ct, decidesFirst).ConfigureAwait(false);
        foreach (var ((_, expression), answer) in asked.Zip(answers))
        {
            if (answer.Outcome != Outcome.Done)
                throw new UnrecoverableError($"{Place(step)}: the expression ${{{expression.Source}}} failed: {LimitSentences.OfEvaluation(answer, TextKind.Expression, Services.Options)}.");
            filling[expression] = JsonElement.Parse(answer.Payload.Span);
        }

        return decidesFirst && !filling.Holds(onlyIf!) ? null : filling;

        bool Follow(Expression expression)
        {
            if (!expression.TryFollow(Variables, out var value)) return false;
            filling[expression] = value;
            return true;
        }
    }

    /// <summary>Renders a step's templates, in one round trip.</summary>
    /// <exception cref="UnrecoverableError">One failed; the message names the step and the reason.</exception>
    public async Task<IReadOnlyList<string>> RenderAsync(IReadOnlyList<Template> templates, string step, CancellationToken ct)
    {
        var answers = await EvaluateAsync(
            [.. templates.Select(template => new Work(Purpose.Evaluate, template.Text))], Variables.ToJson(Needs.Of(templates.Select(template => template.Needs))), step, ct).ConfigureAwait(false);
        return answers[^1] is { Outcome: not Outcome.Done } failed
            ? throw new UnrecoverableError($"{Place(step)}: the template failed: {LimitSentences.OfEvaluation(failed, TextKind.Template, Services.Options)}.")
            : [.. answers.Select(answer => answer.Text)];
    }

    /// <summary>Has texts evaluated.</summary>
    /// <exception cref="TransientStepException">That can't be done now.</exception>
    public async Task<IReadOnlyList<Answer>> EvaluateAsync(IReadOnlyList<Work> texts, ReadOnlyMemory<byte> data, string? step, CancellationToken ct, bool onlyIfFirst = false)
    {
        try
        {
            return await Services.Evaluations.EvaluateAsync(Context.TenantId, texts, data, ct, onlyIfFirst).ConfigureAwait(false);
        }
        catch (EvaluatorsUnavailableException error)
        {
            throw new TransientStepException($"{Place(step)}: {error.Message}", error);
        }
    }

    /// <summary>The same for steps inside a step, in a context of their own.</summary>
    public StepRun Inside(WorkflowContext context, Variables variables) => this with { Context = context, Variables = variables };

    /// <summary>The same for steps inside a step, in this context.</summary>
    public StepRun Inside() => this with { Variables = Variables.Inner() };

    private static string Place(string? step) => step is null ? "The output" : $"Step '{step}'";
}
