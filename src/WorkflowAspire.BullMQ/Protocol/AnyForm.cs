using System.Globalization;
using System.Text.Json;

namespace WorkflowAspire.BullMQ.Protocol;

/// <summary>
/// Reads values that a program may have written in another form than BullMQ's own, as Node's worker takes them: numbers also in quotes,
/// flags by what JavaScript holds for true. Nothing here throws: a value without a meaning is one that was not chosen.
/// </summary>
internal static class AnyForm
{
    public static double? Number(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Number) return Finite(reader.GetDouble());
        if (reader.TokenType == JsonTokenType.String) return NumberIn(Text(ref reader));
        reader.Skip();
        return null;
    }

    public static double? Number(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => Finite(value.GetDouble()),
        JsonValueKind.String => NumberIn(Text(value)),
        _ => null,
    };

    /// <summary>Member of an object that is a number; null where it is none or absent.</summary>
    public static double? Number(JsonElement form, string name) => form.TryGetProperty(name, out var value) ? Number(value) : null;

    public static bool IsTrue(ref Utf8JsonReader reader)
    {
        var type = reader.TokenType;
        switch (type)
        {
            case JsonTokenType.Number: return reader.GetDouble() != 0;
            case JsonTokenType.String: return reader.ValueSpan.Length > 0;
            default:
                reader.Skip();
                return type is not (JsonTokenType.False or JsonTokenType.Null);
        }
    }

    public static bool IsTrue(JsonElement form, string name) => form.TryGetProperty(name, out var value) && value.ValueKind switch
    {
        JsonValueKind.Number => value.GetDouble() != 0,
        JsonValueKind.String => !value.ValueEquals(""),
        JsonValueKind.False or JsonValueKind.Null => false,
        _ => true,
    };

    /// <summary>Text, or a number as text.</summary>
    public static string? Text(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Number: return System.Text.Encoding.UTF8.GetString(reader.ValueSpan);
            case JsonTokenType.String: break;
            default:
                reader.Skip();
                return null;
        }

        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, which no text of ours can hold.
            return null;
        }
    }

    public static string? Text(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number) return value.GetRawText();
        if (value.ValueKind != JsonValueKind.String) return null;
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, which no text of ours can hold.
            return null;
        }
    }

    public static string? Text(JsonElement form, string name) => form.TryGetProperty(name, out var value) ? Text(value) : null;

    /// <summary>A time from now on; as long as a <see cref="TimeSpan"/> can be added to any date, and not before now.</summary>
    public static TimeSpan Milliseconds(double milliseconds) => TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, 0, TimeSpan.FromDays(36_500).TotalMilliseconds));

    /// <summary>A point in time that somebody wrote as milliseconds of Unix time: the nearest that there is, for what is no number the beginning.</summary>
    public static DateTimeOffset Date(double milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(
        double.IsNaN(milliseconds) ? 0 : (long)Math.Clamp(milliseconds, DateTimeOffset.MinValue.ToUnixTimeMilliseconds(), DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));

    /// <summary>A count as an <see cref="int"/> holds it; a fraction counts as one more, since one more fits before it is reached.</summary>
    public static int Count(double number) => (int)Math.Clamp(Math.Ceiling(number), int.MinValue, int.MaxValue);

    private static double? NumberIn(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? Finite(number) : null;

    private static double? Finite(double number) => double.IsFinite(number) ? number : null;
}
