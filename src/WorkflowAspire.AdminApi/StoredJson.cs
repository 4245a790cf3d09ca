using System.Text.Json;

namespace WorkflowAspire.AdminApi;

/// <summary>JSON as a row has it: others write rows, too, and what is none must not keep the rest of an answer from being shown.</summary>
internal static class StoredJson
{
    // Characters.
    private const int LongestExcerpt = 200;

    /// <summary>The JSON, or an object whose <c>unreadable</c> is the beginning of what is none; null for nothing.</summary>
    public static JsonElement? Show(string? text)
    {
        if (text is null) return null;
        if (TryParse(text) is { } json) return json;
        var excerpt = text.Length <= LongestExcerpt ? text : text[..(char.IsHighSurrogate(text[LongestExcerpt - 1]) ? LongestExcerpt - 1 : LongestExcerpt)];
        return JsonElement.Parse($$"""{"unreadable":"{{JsonEncodedText.Encode(excerpt)}}"}""");
    }

    /// <summary>The text of a property; null where there is none, or no JSON object.</summary>
    public static string? TextIn(string text, string property) =>
        TryParse(text) is { ValueKind: JsonValueKind.Object } json && json.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static JsonElement? TryParse(string text)
    {
        try
        {
            return JsonElement.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
