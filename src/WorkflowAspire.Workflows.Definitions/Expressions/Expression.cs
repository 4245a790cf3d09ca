using System.Text.Json;
using WorkflowAspire.Evaluator.Protocol;

namespace WorkflowAspire.Workflows.Definitions.Expressions;

/// <summary>A JavaScript expression of a definition.</summary>
internal sealed class Expression(string source, ScriptFacts facts)
{
    public string Source => source;

    public TenantText Text { get; } = new(TextKind.Expression, source);

    public Needs Needs { get; } = new(facts.Roots, facts.Steps);

    /// <summary>Follows an expression that only leads to a value, like <c>input.order.id</c>, without an evaluator: the value stays as it is.</summary>
    /// <returns>False where it has to be evaluated.</returns>
    public bool TryFollow(Variables variables, out JsonElement value)
    {
        value = default;
        if (facts.Path is not { } path) return false;
        var next = 1;
        switch (path[0])
        {
            case "input":
                value = variables.Input;
                break;
            case "run":
                value = variables.Run;
                break;
            case "item" when variables.Item is { } item:
                value = item;
                break;
            case "steps" when path.Length > 1 && variables.Steps.TryGetValue(path[1], out value):
                next = 2;
                break;
            default:
                return false;
        }

        for (; next < path.Length; next++)
            if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(path[next], out value)) return false;
        return true;
    }
}
