using System.Text.Json;
using System.Text.RegularExpressions;
using WorkflowAspire.Evaluator.Protocol;
using WorkflowAspire.Evaluator.Schemas;
using WorkflowAspire.Workflows.Definitions.Expressions;

namespace WorkflowAspire.Workflows.Definitions.Reading;

/// <summary>Reads values whose <c>${ … }</c> are filled in, and notes what is wrong with them.</summary>
internal sealed partial class FillReader(Visible visible, Readings readings, Faults errors)
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
        if (!text.Contains("${", StringComparison.Ordinal)) return new FilledText(text.Length == 0 ? [] : [new FilledText.Part(text)]);
        if (readings.Text(text, place, errors) is not { } read) return null;
        var parts = read.Select(part => Part(part, place, secrets)).ToList();
        return parts.Contains(null) ? null : new FilledText([.. parts.Select(part => part!.Value)]);
    }

    private FilledText.Part? Part(TextPart part, string place, bool secrets)
    {
        if (part.Source is not { } source) return new FilledText.Part(part.Text);
        if (secrets && SecretName.Match(source) is { Success: true } secret) return new FilledText.Part(null, Secret: secret.Groups[1].Value);
        if (source.Length > readings.Options.MaxExpressionLength)
        {
            errors.Add(place, $"An expression has {source.Length} characters here, and {readings.Options.MaxExpressionLength} are allowed (Definitions:MaxExpressionLength); use a code step.");
            return null;
        }

        if (part.Facts is not { } facts)
        {
            errors.Add(place, $"${{{source}}} is no JavaScript expression: {part.Error}");
            return null;
        }

        foreach (var refusal in Refusals.OfScript(facts, visible, deterministic: true)) errors.Add(place, refusal);
        return new FilledText.Part(null, new Expression(source.Trim(), facts));
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
