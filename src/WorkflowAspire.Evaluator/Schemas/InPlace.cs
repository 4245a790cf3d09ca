using System.Text.Json;
using Json.Pointer;

namespace WorkflowAspire.Evaluator.Schemas;

/// <summary>
/// How often a schema's parts are applied to one and the same value, by following references and combinations without ever going into
/// the value: a part that comes back to itself would go on for ever, and doubling ones take for ever in practice.
/// </summary>
internal sealed class InPlace
{
    private const int Most = 20_000;
    private const int Deepest = 200;

    private static readonly string[] Lists = ["allOf", "anyOf", "oneOf"];
    private static readonly string[] Singles = ["not", "if", "then", "else"];
    private static readonly string[] Maps = ["$defs", "definitions", "properties", "patternProperties", "dependentSchemas"];
    private static readonly string[] Others = ["additionalProperties", "unevaluatedProperties", "propertyNames", "items", "unevaluatedItems", "contains"];

    private readonly JsonElement _root;
    private readonly Dictionary<string, long> _counts = [];
    private readonly HashSet<string> _open = [];
    private readonly Faults _faults;

    private InPlace(JsonElement root, Faults faults) => (_root, _faults) = (root, faults);

    public static void Check(JsonElement schema, Faults faults) => new InPlace(schema, faults).Walk(schema, "");

    // Every schema that stands in it, whether or not anything leads to it.
    private void Walk(JsonElement schema, string place)
    {
        if (schema.ValueKind != JsonValueKind.Object) return;
        if (Count(schema, place) > Most) _faults.Add(place, $"it applies more than {Most} schemas to one value, as parts that refer to others twice double each other; write it with fewer references.");
        if (_faults.Any) return;
        foreach (var (below, part) in Applied(schema, place).Concat(Below(schema, place))) Walk(part, below);
    }

    private long Count(JsonElement schema, string place)
    {
        if (_counts.TryGetValue(place, out var known)) return known;
        if (!_open.Add(place))
        {
            _faults.Add(place, "it refers back to itself without going into the value, which never ends; refer from within properties or items.");
            return 0;
        }

        if (_open.Count > Deepest) _faults.Add(place, $"its parts refer to one another more than {Deepest} times in a row; write it with fewer references.");
        if (_faults.Any) return 0;
        var sum = 1L;
        foreach (var (below, part) in Applied(schema, place))
            if (part.ValueKind == JsonValueKind.Object) sum = Math.Min(Most + 1L, sum + Count(part, below));
        if (Text(schema, "$ref") is { } reference && reference.StartsWith('#') && Find(reference) is { } target)
            sum = Math.Min(Most + 1L, sum + Count(target.Schema, target.Place));
        _open.Remove(place);
        return _counts[place] = sum;
    }

    private (JsonElement Schema, string Place)? Find(string reference)
    {
        var fragment = Uri.UnescapeDataString(reference[1..]);
        return JsonPointer.TryParse(fragment, out var pointer) && pointer.Evaluate(_root) is { ValueKind: JsonValueKind.Object } found ? (found, fragment) : null;
    }

    private static IEnumerable<(string Place, JsonElement Schema)> Applied(JsonElement schema, string place)
    {
        foreach (var keyword in Lists)
            foreach (var (index, part) in Enumerable.Index(Items(schema, keyword))) yield return (JsonPlace.Below(JsonPlace.Below(place, keyword), index), part);
        foreach (var keyword in Singles)
            if (schema.TryGetProperty(keyword, out var part)) yield return (JsonPlace.Below(place, keyword), part);
        foreach (var part in Properties(schema, "dependentSchemas")) yield return (JsonPlace.Below(JsonPlace.Below(place, "dependentSchemas"), part.Name), part.Value);
    }

    private static IEnumerable<(string Place, JsonElement Schema)> Below(JsonElement schema, string place)
    {
        foreach (var keyword in Maps)
            foreach (var part in Properties(schema, keyword)) yield return (JsonPlace.Below(JsonPlace.Below(place, keyword), part.Name), part.Value);
        foreach (var keyword in Others)
            if (schema.TryGetProperty(keyword, out var part)) yield return (JsonPlace.Below(place, keyword), part);
        foreach (var (index, part) in Enumerable.Index(Items(schema, "prefixItems"))) yield return (JsonPlace.Below(JsonPlace.Below(place, "prefixItems"), index), part);
    }

    private static JsonElement.ArrayEnumerator Items(JsonElement schema, string keyword) =>
        schema.TryGetProperty(keyword, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : default;

    private static JsonElement.ObjectEnumerator Properties(JsonElement schema, string keyword) =>
        schema.TryGetProperty(keyword, out var map) && map.ValueKind == JsonValueKind.Object ? map.EnumerateObject() : default;

    private static string? Text(JsonElement schema, string keyword) =>
        schema.TryGetProperty(keyword, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
}
