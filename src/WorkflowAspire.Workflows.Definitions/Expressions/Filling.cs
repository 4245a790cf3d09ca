using System.Text.Json;

namespace WorkflowAspire.Workflows.Definitions.Expressions;

/// <summary>The values of a step's expressions.</summary>
internal sealed class Filling
{
    private readonly Dictionary<Expression, JsonElement> _values = new(ReferenceEqualityComparer.Instance);

    public JsonElement this[Expression expression]
    {
        get => _values[expression];
        set => _values[expression] = value;
    }

    /// <summary>Whether a condition holds.</summary>
    public bool Holds(Expression condition) => IsTruthy(_values[condition]);

    /// <summary>As JavaScript has it.</summary>
    public static bool IsTruthy(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined or JsonValueKind.False => false,
        JsonValueKind.String => value.GetString()!.Length > 0,
        JsonValueKind.Number => value.GetDouble() != 0,
        _ => true,
    };
}
