using System.Text.Json;
using System.Text.Json.Nodes;

namespace WorkflowAspire.Workflows.Definitions.Expressions;

/// <summary>A JSON value in whose strings the <c>${ … }</c> are filled in.</summary>
internal abstract record FilledValue
{
    /// <summary>The expressions that it holds.</summary>
    public abstract IEnumerable<Expression> Expressions { get; }

    public abstract JsonElement Evaluate(Filling filling);

    public sealed record Constant(JsonElement Value) : FilledValue
    {
        public override IEnumerable<Expression> Expressions => [];

        public override JsonElement Evaluate(Filling filling) => Value;
    }

    public sealed record Text(FilledText Filled) : FilledValue
    {
        public override IEnumerable<Expression> Expressions => Filled.Expressions;

        public override JsonElement Evaluate(Filling filling) => Filled.Evaluate(filling);
    }

    public sealed record List(IReadOnlyList<FilledValue> Items) : FilledValue
    {
        public override IEnumerable<Expression> Expressions => Items.SelectMany(item => item.Expressions);

        public override JsonElement Evaluate(Filling filling) => JsonSerializer.SerializeToElement(Items.Select(item => item.Evaluate(filling)).ToArray());
    }

    public sealed record Map(IReadOnlyList<KeyValuePair<string, FilledValue>> Properties) : FilledValue
    {
        public override IEnumerable<Expression> Expressions => Properties.SelectMany(property => property.Value.Expressions);

        public override JsonElement Evaluate(Filling filling)
        {
            var filled = new JsonObject();
            foreach (var (name, value) in Properties) filled[name] = JsonSerializer.SerializeToNode(value.Evaluate(filling));
            return JsonSerializer.SerializeToElement(filled);
        }
    }
}
