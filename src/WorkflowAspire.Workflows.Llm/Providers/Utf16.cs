using System.Globalization;
using System.Text;
using System.Text.Json;

namespace WorkflowAspire.Workflows.Llm.Providers;

/// <summary>Text as JSON's escapes have it, which may hold half a surrogate pair.</summary>
internal static class Utf16
{
    /// <summary>The characters of a JSON text, paired or not.</summary>
    public static string Read(JsonElement text)
    {
        var raw = text.GetRawText();
        return raw.Contains('\\', StringComparison.Ordinal) ? Unescape(raw.AsSpan(1, raw.Length - 2)) : raw[1..^1];
    }

    /// <summary>Where a text holds half a pair; negative where it doesn't.</summary>
    public static int IndexOfHalf(string text)
    {
        for (var at = 0; at < text.Length; at++)
        {
            if (!char.IsSurrogate(text[at])) continue;
            if (at + 1 == text.Length || !char.IsSurrogatePair(text[at], text[at + 1])) return at;
            at++;
        }

        return -1;
    }

    /// <summary>Whether a text or a name in the JSON holds half a pair.</summary>
    public static bool HasHalf(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => IndexOfHalf(Read(json)) >= 0,
        JsonValueKind.Array => json.EnumerateArray().Any(HasHalf),
        JsonValueKind.Object => json.EnumerateObject().Any(property => HasHalfName(property) || HasHalf(property.Value)),
        _ => false,
    };

    // A name that is no text can't be read otherwise.
    private static bool HasHalfName(JsonProperty property)
    {
        try
        {
            return IndexOfHalf(property.Name) >= 0;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }

    private static string Unescape(ReadOnlySpan<char> raw)
    {
        var text = new StringBuilder(raw.Length);
        while (raw.IndexOf('\\') is var escape and >= 0)
        {
            text.Append(raw[..escape]);
            var isCode = raw[escape + 1] == 'u';
            text.Append(isCode ? (char)ushort.Parse(raw.Slice(escape + 2, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture) : raw[escape + 1] switch
            {
                'b' => '\b',
                'f' => '\f',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                var itself => itself,
            });
            raw = raw[(escape + (isCode ? 6 : 2))..];
        }

        return text.Append(raw).ToString();
    }
}
