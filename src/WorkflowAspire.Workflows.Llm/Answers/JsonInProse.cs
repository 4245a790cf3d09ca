using System.Text;
using System.Text.Json;

namespace WorkflowAspire.Workflows.Llm.Answers;

/// <summary>Finds JSON in what a model says: alone, in a fence of Markdown, after its thoughts, or among other words.</summary>
internal static class JsonInProse
{
    // A text with more beginnings than this is no answer with some words around it; all of them together are read in a time that grows with the text.
    private const int MostBeginnings = 100;
    private const int MostFound = 8;

    // So deep that a value with all its levels can be told from no JSON at all.
    private const int MaxDepth = 1000;

    /// <summary>How JSON is read that is kept: as deep as what a run puts around it leaves room for, each property once.</summary>
    public static JsonDocumentOptions Kept { get; } = new() { MaxDepth = 48, AllowDuplicateProperties = false };

    /// <summary>The JSON that the text is, apart from a fence or from thoughts before it; null where it isn't.</summary>
    public static string? Whole(string text)
    {
        foreach (var part in new[] { text, Thoughts.After(text) })
        {
            var json = Unfence(part);
            if (FaultOf(json) is null) return json;
        }

        return null;
    }

    /// <summary>The objects and lists that stand among the words, the first few.</summary>
    public static IReadOnlyList<string> Among(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(Thoughts.After(text));
        var found = new List<string>();
        var at = 0;
        for (var begun = 0; begun < MostBeginnings && found.Count < MostFound; begun++)
        {
            var next = bytes.AsSpan(at).IndexOfAny((byte)'{', (byte)'[');
            if (next < 0) break;
            at += next;
            var length = LengthOfValue(bytes.AsSpan(at));
            if (length > 0) found.Add(Encoding.UTF8.GetString(bytes, at, length));
            at += Math.Max(length, 1);
        }

        return found;
    }

    /// <summary>What a reader of JSON says of the text.</summary>
    public static string WhyNone(string text) => $"It is no JSON: {FaultOf(Unfence(Thoughts.After(text)))}";

    private static int LengthOfValue(ReadOnlySpan<byte> bytes)
    {
        // Not as the last part: what comes after the value is no fault.
        var reader = new Utf8JsonReader(bytes, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { MaxDepth = MaxDepth }));
        try
        {
            return reader.Read() && reader.TrySkip() ? (int)reader.BytesConsumed : 0;
        }
        catch (JsonException)
        {
            return 0;
        }
    }

    private static string? FaultOf(string text)
    {
        try
        {
            JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = MaxDepth }).Dispose();
            return null;
        }
        catch (JsonException error)
        {
            return error.Message;
        }
    }

    private static string Unfence(string text)
    {
        var trimmed = text.Trim();
        if (!trimmed.StartsWith("```", StringComparison.Ordinal) || !trimmed.EndsWith("```", StringComparison.Ordinal)) return trimmed;
        var body = trimmed.IndexOf('\n', StringComparison.Ordinal);
        return body < 0 || trimmed.Length < body + 4 ? trimmed : trimmed[(body + 1)..^3].Trim();
    }
}
