using System.Text.Json;
using Jint;
using WorkflowAspire.BullMQ;

namespace WorkflowAspire.Workflows.Definitions.Expressions;

/// <summary>A JavaScript expression of a definition.</summary>
internal sealed class Expression(string source, ScriptSyntax syntax)
{
    private readonly Lazy<Prepared<Acornima.Ast.Script>> _script = new(() => Sandbox.PrepareExpression(source));

    public string Source => source;

    /// <exception cref="UnrecoverableError">It failed; the message names the step, the expression and the reason.</exception>
    /// <exception cref="TransientStepException">It took too long.</exception>
    public JsonElement Evaluate(Sandbox sandbox, Variables variables, DefinitionOptions options, string place, CancellationToken ct)
    {
        try
        {
            return sandbox.Evaluate(_script.Value, variables.ToJson(syntax.Steps), ct);
        }
        catch (Exception error) when (!ct.IsCancellationRequested)
        {
            var message = $"{place}: the expression ${{{source}}} failed: {ExpressionFailure.Describe(error, options.ExpressionTimeout)}.";
            throw error is TimeoutException ? new TransientStepException(message, error) : new UnrecoverableError(message, error);
        }
    }
}
