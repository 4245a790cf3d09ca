using System.Text.Json;
using System.Text.RegularExpressions;
using Acornima;
using WorkflowAspire.Workflows.Definitions.Expressions;
using WorkflowAspire.Workflows.Definitions.Validation;

namespace WorkflowAspire.Workflows.Definitions.Reading;

/// <summary>Reads values whose <c>${ … }</c> are filled in, and notes what is wrong with them.</summary>
internal sealed partial class FillReader(Visible visible, DefinitionErrors errors)
{
    public FilledValue Value(JsonElement value, string place) => value.ValueKind switch
    {
        JsonValueKind.String => Text(value.GetString()!, place) is { } text ? new FilledValue.Text(text) : new FilledValue.Constant(value),
        JsonValueKind.Array => new FilledValue.List([.. value.EnumerateArray().Select((item, index) => Value(item, JsonPlace.Below(place, index)))]),
        JsonValueKind.Object when IsSecret(value) => Refused(value, place),
        JsonValueKind.Object => new FilledValue.Map([.. value.EnumerateObject().Select(property => KeyValuePair.Create(property.Name, Value(property.Value, JsonPlace.Below(place, property.Name))))]),
        _ => new FilledValue.Constant(value),
    };

    /// <summary>A text without secrets; null where it is refused.</summary>
    public FilledText? Text(string text, string place) => Text(text, place, secrets: false);

    /// <summary>A text in which secrets may be named, or a secret alone; null where it is refused.</summary>
    public FilledText? SecretText(JsonElement value, string place) => value.ValueKind == JsonValueKind.Object
        ? new FilledText([new FilledText.Part(null, Secret: value.GetProperty("secret").GetString())])
        : Text(value.GetString()!, place, secrets: true);

    private FilledText? Text(string text, string place, bool secrets)
    {
        try
        {
            var parts = TextParts.Split(text).Select(part => Part(part.IsExpression, part.Text, place, secrets)).ToList();
            return parts.Contains(null) ? null : new FilledText([.. parts.Select(part => part!.Value)]);
        }
        catch (FormatException error)
        {
            errors.Add(place, error.Message);
            return null;
        }
    }

    private FilledText.Part? Part(bool isExpression, string text, string place, bool secrets)
    {
        if (!isExpression) return new FilledText.Part(text);
        if (secrets && SecretName.Match(text) is { Success: true } secret) return new FilledText.Part(null, Secret: secret.Groups[1].Value);
        try
        {
            var syntax = ScriptSyntax.OfExpression(text);
            foreach (var refusal in syntax.Refuse(visible, deterministic: true)) errors.Add(place, refusal);
            return new FilledText.Part(null, new Expression(text.Trim(), syntax));
        }
        catch (ParseErrorException error)
        {
            errors.Add(place, $"${{{text}}} is no JavaScript expression: {error.Message}");
            return null;
        }
    }

    private FilledValue.Constant Refused(JsonElement value, string place)
    {
        errors.Add(place, visible.RefuseName("secrets")!);
        return new FilledValue.Constant(value);
    }

    private static bool IsSecret(JsonElement value) =>
        value.GetPropertyCount() == 1 && value.TryGetProperty("secret", out var name) && name.ValueKind == JsonValueKind.String;

    [GeneratedRegex(@"^\s*secrets\.([A-Za-z_][A-Za-z0-9_-]{0,63})\s*\z")]
    private static partial Regex SecretName { get; }
}
