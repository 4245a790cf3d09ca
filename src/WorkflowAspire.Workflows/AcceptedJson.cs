using System.Text.Json;

namespace WorkflowAspire.Workflows;

/// <summary>
/// What JSON from outside has to be so that it goes through the whole system unchanged: the queue, the database, answers and evaluators. It is asked
/// where a value comes in, because what was accepted must be shown, processed and replayed later.
/// </summary>
public static class AcceptedJson
{
    /// <summary>How deep arrays and objects may nest: what wraps a value on its way (payloads, pages of runs, dead letters) has to fit into .NET's 64.</summary>
    public const int MaxDepth = 48;

    /// <summary>How deep what a run leaves may nest: what was accepted, and what steps and workflows put around it.</summary>
    public const int MaxDepthOfOutputs = 56;

    private const int LongestName = 80;
    private const string HalfPair = "It has half of a surrogate pair, which is no character; send whole characters.";

    /// <summary>The first thing that couldn't go through.</summary>
    /// <param name="value">The value, read from JSON of whatever depth.</param>
    /// <returns>Its place as a JSON pointer, and what is wrong there; null where all is well.</returns>
    public static (string Pointer, string Problem)? FindFault(JsonElement value) => Find(value, "", 0);

    /// <summary>What is wrong with a text that is to become JSON; null where all is well.</summary>
    public static string? FindFault(string text)
    {
        for (var rest = text.AsSpan(); rest.IndexOfAnyInRange('\ud800', '\udfff') is var at and >= 0; rest = rest[(at + 2)..])
        {
            if (at + 1 == rest.Length || !char.IsSurrogatePair(rest[at], rest[at + 1])) return HalfPair;
        }

        return null;
    }

    private static (string, string)? Find(JsonElement value, string pointer, int depth) => value.ValueKind switch
    {
        JsonValueKind.Object or JsonValueKind.Array when depth == MaxDepth =>
            (pointer, $"It nests deeper than {MaxDepth} arrays and objects; hand it over flatter, or as a text."),
        JsonValueKind.Object => FindInObject(value, pointer, depth),
        JsonValueKind.Array => FindInArray(value, pointer, depth),
        JsonValueKind.String when !IsText(value) => (pointer, HalfPair),
        _ => null,
    };

    private static (string, string)? FindInArray(JsonElement array, string pointer, int depth)
    {
        var at = 0;
        foreach (var item in array.EnumerateArray())
        {
            if (Find(item, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{pointer}/{at++}"), depth + 1) is { } fault) return fault;
        }

        return null;
    }

    private static (string, string)? FindInObject(JsonElement value, string pointer, int depth)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in value.EnumerateObject())
        {
            if (NameOf(property) is not { } name) return (pointer, "A key in it has half of a surrogate pair, which is no character; send whole characters.");
            if (!names.Add(name)) return (pointer, $"It has the key '{(name.Length > LongestName ? name[..LongestName] : name)}' twice, and readers differ in which one counts; send it once.");
            if (Find(property.Value, $"{pointer}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}", depth + 1) is { } fault) return fault;
        }

        return null;
    }

    private static bool IsText(JsonElement text)
    {
        try
        {
            _ = text.GetString();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static string? NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
