using System.Buffers;
using System.Text.Json;
using WorkflowAspire.Workflows.Http;

namespace WorkflowAspire.Workflows.Llm.Providers;

/// <summary>Reads one answer as servers really write it, and writes it as their protocol has it: the clients know only that.</summary>
/// <param name="model">The model that was asked for, where the answer names none.</param>
/// <param name="hide">Takes keys out of what is quoted.</param>
internal abstract class ProviderDialect(string model, Func<string, string> hide)
{
    private string _half = "";

    /// <summary>How an answer that comes in parts is labelled.</summary>
    public abstract string StreamType { get; }

    /// <summary>Whether the last part has been read.</summary>
    public bool IsDone { get; protected set; }

    protected int Characters { get; private set; }

    /// <summary>An answer that came at once.</summary>
    /// <exception cref="ModelFailure">It is no answer.</exception>
    public abstract byte[] Whole(string answer);

    /// <summary>What a line of a stream adds to the answer; empty for nothing.</summary>
    /// <exception cref="ModelFailure">It says that there is no answer, or can't be read.</exception>
    public abstract byte[] Line(string line);

    /// <summary>What is still to say when the stream has ended.</summary>
    /// <exception cref="ModelFailure">It ended too early.</exception>
    public abstract byte[] End();

    protected JsonElement Parse(string text)
    {
        JsonElement json;
        try
        {
            json = JsonElement.Parse(text);
        }
        catch (JsonException)
        {
            throw ModelFailure.Passing(string.IsNullOrWhiteSpace(text) ? "the answer is empty" : $"the answer can't be read, it is no JSON: {Excerpt.Of(hide(text), 100)}");
        }

        if (ProviderError.In(json) is { } error) throw error.ToFailure(hide);
        if (json.ValueKind != JsonValueKind.Object) throw ModelFailure.Passing($"the answer can't be read, it is no object: {Excerpt.Of(hide(text), 100)}");
        return json;
    }

    protected void ThrowIfError(JsonElement part)
    {
        if (ProviderError.Under(part) is { } error) throw error.ToFailure(hide);
    }

    protected ModelFailure BrokenOff(string why) => ModelFailure.Passing($"{why} after {Characters} characters of the answer");

    /// <summary>More of the text. A pair that was cut in two comes whole with its second half.</summary>
    protected string Take(string text, bool isLast)
    {
        text = _half + text;
        _half = !isLast && text.Length > 0 && char.IsHighSurrogate(text[^1]) ? text[^1..] : "";
        if (_half.Length > 0) text = text[..^1];
        if (Utf16.IndexOfHalf(text) is var at and >= 0) throw ModelFailure.Final($"the answer holds half a surrogate pair (at character {Characters + at}), which is no text");
        Characters += text.Length;
        return text;
    }

    protected string ModelIn(JsonElement answer) => answer.TryGetProperty("model", out var named) && named.ValueKind == JsonValueKind.String && Utf16.Read(named) is { Length: > 0 } name && Utf16.IndexOfHalf(name) < 0
        ? name
        : model;

    protected static JsonElement? Property(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined) ? value : null;

    protected static string? TextIn(JsonElement json, string name) => Property(json, name) is { ValueKind: JsonValueKind.String } text ? Utf16.Read(text) : null;

    protected static int? CountIn(JsonElement json, string name) =>
        Property(json, name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var count) && count >= 0 ? count : null;

    protected static byte[] Write(Action<Utf8JsonWriter> write)
    {
        var content = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(content))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return content.WrittenSpan.ToArray();
    }
}
