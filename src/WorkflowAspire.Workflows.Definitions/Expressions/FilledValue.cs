using System.Text.Json;
using System.Text.Json.Nodes;

namespace WorkflowAspire.Workflows.Definitions.Expressions;

/// <summary>A JSON value in whose strings the <c>${ … }</c> are filled in.</summary>
internal abstract record FilledValue
{
    public abstract JsonElement Evaluate(Func<Expression, JsonElement> evaluate);

    public sealed record Constant(JsonElement Value) : FilledValue
    {
        public override JsonElement Evaluate(Func<Expression, JsonElement> evaluate) => Value;
    }

    public sealed record Text(FilledText Filled) : FilledValue
    {
        public override JsonElement Evaluate(Func<Expression, JsonElement> evaluate) => Filled.Evaluate(evaluate);
    }

    public sealed record List(IReadOnlyList<FilledValue> Items) : FilledValue
    {
        public override JsonElement Evaluate(Func<Expression, JsonElement> evaluate) => JsonSerializer.SerializeToElement(Items.Select(item => item.Evaluate(evaluate)).ToArray());
    }

    public sealed record Map(IReadOnlyList<KeyValuePair<string, FilledValue>> Properties) : FilledValue
    {
        public override JsonElement Evaluate(Func<Expression, JsonElement> evaluate)
        {
            var filled = new JsonObject();
            foreach (var (name, value) in Properties) filled[name] = JsonSerializer.SerializeToNode(value.Evaluate(evaluate));
            return JsonSerializer.SerializeToElement(filled);
        }
    }
}
