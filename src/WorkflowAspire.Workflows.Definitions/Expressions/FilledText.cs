using System.Text;
using System.Text.Json;

namespace WorkflowAspire.Workflows.Definitions.Expressions;

/// <summary>A text whose <c>${ … }</c> are filled in: expressions, and secrets where the place allows them.</summary>
internal sealed class FilledText(IReadOnlyList<FilledText.Part> parts)
{
    /// <summary>The secrets that it names.</summary>
    public IEnumerable<string> Secrets => parts.Where(part => part.Secret is not null).Select(part => part.Secret!);

    /// <summary>The expressions that it holds.</summary>
    public IEnumerable<Expression> Expressions => parts.Where(part => part.Expression is not null).Select(part => part.Expression!);

    /// <summary>Its expression, where it is nothing else.</summary>
    public Expression? Only => parts is [{ Expression: { } only }] ? only : null;

    /// <summary>The text, where nothing is to be filled in.</summary>
    public string? Literal => parts switch
    {
        [] => "",
        [{ Text: { } text }] => text,
        _ => null,
    };

    /// <summary>The value of its only expression as it is, or the text.</summary>
    public JsonElement Evaluate(Filling filling) => Only is { } only ? filling[only] : JsonSerializer.SerializeToElement(Fill(filling, _ => ""));

    /// <summary>The text.</summary>
    /// <param name="filling">The expressions' values.</param>
    /// <param name="secret">Gives a secret's value.</param>
    public string Fill(Filling filling, Func<string, string> secret)
    {
        var text = new StringBuilder();
        foreach (var part in parts)
        {
            text.Append(part switch
            {
                { Secret: { } name } => secret(name),
                { Expression: { } expression } => Shown(filling[expression]),
                _ => part.Text,
            });
        }

        return text.ToString();
    }

    public static string Shown(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Null or JsonValueKind.Undefined => "",
        _ => value.GetRawText(),
    };

    public readonly record struct Part(string? Text, Expression? Expression = null, string? Secret = null);
}
