using System.Text.Json;
using System.Text.RegularExpressions;
using Json.Pointer;
using Json.Schema;

namespace WorkflowAspire.Evaluator.Schemas;

/// <summary>Says what a schema found in words about the value, at the place to mend.</summary>
internal static partial class SchemaFailure
{
    public static void Describe(EvaluationResults failure, string keyword, string message, (JsonElement Value, JsonElement? Schema) root, string pointer, Faults errors)
    {
        var place = pointer + failure.InstanceLocation;
        switch (keyword)
        {
            case "required":
                foreach (Match name in Quoted.Matches(message))
                    errors.Add(JsonPlace.Below(place, Regex.Unescape(name.Groups[1].Value)), $"'{name.Groups[1].Value}' is required here; add it.");
                if (!Quoted.IsMatch(message)) errors.Add(place, message);
                break;
            case "" when failure.EvaluationPath.ToString() is var path && (path.EndsWith("/additionalProperties", StringComparison.Ordinal) || path.EndsWith("/unevaluatedProperties", StringComparison.Ordinal)):
                errors.Add(place, "This property is not known here; check its spelling, or remove it.");
                break;
            case "pattern":
                errors.Add(place, $"{Shown(failure.InstanceLocation, root.Value)} doesn't have the form that is needed here{Hint(failure)}: {message}");
                break;
            case "enum" when Values(failure, root.Schema) is { } values:
                errors.Add(place, $"{Shown(failure.InstanceLocation, root.Value)} is not among the values possible here; use one of {values}.");
                break;
            default:
                errors.Add(place, $"{Shown(failure.InstanceLocation, root.Value)} is refused ({(keyword.Length == 0 ? "schema" : keyword)}): {message}.");
                break;
        }
    }

    private static string Hint(EvaluationResults failure) => failure.EvaluationPath.ToString() switch
    {
        var path when path.EndsWith("/if/$ref", StringComparison.Ordinal) || path.EndsWith("/when/$ref", StringComparison.Ordinal)
            || path.EndsWith("/on/$ref", StringComparison.Ordinal) || path.EndsWith("/items/$ref", StringComparison.Ordinal) => "; write one expression, like \"${ input.amount > 100 }\"",
        _ => "",
    };

    private static string? Values(EvaluationResults failure, JsonElement? schema) =>
        schema is { } root && JsonPointer.TryParse(Uri.UnescapeDataString(failure.SchemaLocation.Fragment.TrimStart('#')), out var place)
        && place.Evaluate(root) is { ValueKind: JsonValueKind.Object } found && found.TryGetProperty("enum", out var values)
            ? string.Join(", ", values.EnumerateArray().Select(value => value.ToString()))
            : null;

    private static string Shown(JsonPointer place, JsonElement root) =>
        place.Evaluate(root) is not { } value ? "The value" : value.GetRawText() is { Length: <= 60 } text ? text : $"This {value.ValueKind.ToString().ToLowerInvariant()}";

    [GeneratedRegex("\"((?:[^\"\\\\]|\\\\.)*)\"")]
    private static partial Regex Quoted { get; }
}
