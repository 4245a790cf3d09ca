using System.Text.Json;
using WorkflowAspire.Workflows.Http;

namespace WorkflowAspire.Workflows.Llm.Providers;

/// <summary>Chat completions: OpenAI's own, and those of all the servers that speak nearly the same.</summary>
internal sealed class OpenAIDialect(string model, Func<string, string> hide) : ProviderDialect(model, hide)
{
    private readonly string _asked = model;
    private readonly Func<string, string> _hide = hide;
    private (int Input, int Output)? _usage;
    private bool _hasReason;

    public override string StreamType => "text/event-stream";

    public override byte[] Whole(string answer)
    {
        if (answer.StartsWith("data:", StringComparison.Ordinal)) throw ModelFailure.Final("it answers with a stream, although none was asked for");
        var json = Parse(answer);
        var choice = ChoiceOf(json) ?? throw ModelFailure.Passing($"the answer can't be read, it has no choices: {Excerpt.Of(_hide(answer), 100)}");
        var said = Said(choice);
        var (text, refusal) = (Take(Content(said), isLast: true), Take(Refusal(said), isLast: true));
        NoteUsage(json, choice);
        return Write(completion =>
        {
            Head(completion, "chat.completion", ModelIn(json));
            Choice(completion, "message", text, refusal, Reason(choice) ?? "stop");
            Usage(completion);
        });
    }

    public override byte[] Line(string line)
    {
        // A whole answer, although a stream was asked for; or an error, which some servers don't put into an event.
        if (line.StartsWith('{') || line.StartsWith('[')) return Event(line);
        if (line.StartsWith('<')) throw ModelFailure.Passing($"the answer can't be read, it is no event stream: {Excerpt.Of(_hide(line), 100)}");
        if (line.StartsWith("error:", StringComparison.Ordinal)) throw ErrorOf(line["error:".Length..]);
        if (!line.StartsWith("data:", StringComparison.Ordinal)) return [];
        var data = line["data:".Length..].Trim();
        if (data != "[DONE]") return data.Length == 0 ? [] : Event(data);
        IsDone = true;
        return [];
    }

    public override byte[] End()
    {
        Take("", isLast: true);
        if (!_hasReason && !IsDone) throw BrokenOff("the connection broke off");
        byte[] end = _hasReason ? [] : Chunk(_asked, "", "", "stop");
        byte[] usage = _usage is null ? [] : Frame(Write(chunk =>
        {
            Head(chunk, "chat.completion.chunk", _asked);
            chunk.WriteStartArray("choices");
            chunk.WriteEndArray();
            Usage(chunk);
        }));
        return [.. end, .. usage, .. "data: [DONE]\n\n"u8];
    }

    private byte[] Event(string data)
    {
        var json = Parse(data);
        NoteUsage(json, ChoiceOf(json));
        if (ChoiceOf(json) is not { } choice) return [];
        var said = Said(choice);
        var (text, refusal, reason) = (Take(Content(said), isLast: false), Refusal(said), Reason(choice));
        _hasReason |= reason is not null;
        return text.Length + refusal.Length == 0 && reason is null ? [] : Chunk(ModelIn(json), text, refusal, reason);
    }

    private ModelFailure ErrorOf(string text)
    {
        try
        {
            if (ProviderError.In(JsonElement.Parse(text)) is { } error) return error.ToFailure(_hide);
        }
        catch (JsonException)
        {
            // Then it is said in plain words.
        }

        return new ProviderError(text, []).ToFailure(_hide);
    }

    // The first one is the answer, also where a server gives several.
    private JsonElement? ChoiceOf(JsonElement answer)
    {
        if (Property(answer, "choices") is not { ValueKind: JsonValueKind.Array } choices) return null;
        foreach (var choice in choices.EnumerateArray())
        {
            if (choice.ValueKind != JsonValueKind.Object || CountIn(choice, "index") is > 0) continue;
            ThrowIfError(choice);
            return choice;
        }

        return null;
    }

    private static JsonElement Said(JsonElement choice) => Property(choice, "message") ?? Property(choice, "delta") ?? choice;

    // A text, or a list of parts; thoughts are no part of the answer.
    private static string Content(JsonElement said) => Property(said, "content") switch
    {
        { ValueKind: JsonValueKind.String } text => Utf16.Read(text),
        { ValueKind: JsonValueKind.Array } parts => string.Concat(parts.EnumerateArray().Select(Part)),
        { ValueKind: JsonValueKind.Object } part => Part(part),
        _ => TextIn(said, "text") ?? "",
    };

    private static string Part(JsonElement part) => part.ValueKind switch
    {
        JsonValueKind.String => Utf16.Read(part),
        JsonValueKind.Object when (TextIn(part, "type") ?? "text") is "text" or "output_text" => TextIn(part, "text") ?? "",
        _ => "",
    };

    private static string Refusal(JsonElement said) => TextIn(said, "refusal") ?? (Property(said, "content") is { ValueKind: JsonValueKind.Array } parts
        ? string.Concat(parts.EnumerateArray().Where(part => TextIn(part, "type") == "refusal").Select(part => TextIn(part, "refusal")))
        : "");

    private string? Reason(JsonElement choice)
    {
        var reason = TextIn(choice, "finish_reason")?.ToLowerInvariant();
        return reason switch
        {
            null or "" => null,
            "length" or "max_tokens" or "max_output_tokens" or "max_length" or "model_length" => "length",
            "content_filter" or "safety" or "prohibited_content" or "blocklist" or "recitation" or "sensitive" => "content_filter",
            "tool_calls" or "function_call" => reason,
            "error" or "network_error" or "abort" or "aborted" or "cancelled" or "insufficient_system_resource" => throw BrokenOff($"the provider broke off (finish reason {reason})"),
            _ => "stop",
        };
    }

    // Some count in each chunk; the last count is that of all.
    private void NoteUsage(JsonElement answer, JsonElement? choice)
    {
        if ((Property(answer, "usage") ?? (choice is { } inside ? Property(inside, "usage") : null)) is not { } usage) return;
        if ((CountIn(usage, "prompt_tokens") ?? CountIn(usage, "input_tokens")) is { } input && (CountIn(usage, "completion_tokens") ?? CountIn(usage, "output_tokens")) is { } output)
            _usage = (input, output);
    }

    private static byte[] Chunk(string model, string text, string refusal, string? reason) => Frame(Write(chunk =>
    {
        Head(chunk, "chat.completion.chunk", model);
        Choice(chunk, "delta", text, refusal, reason);
    }));

    private static byte[] Frame(byte[] json) => [.. "data: "u8, .. json, .. "\n\n"u8];

    private static void Head(Utf8JsonWriter json, string kind, string model)
    {
        json.WriteString("id", "answer");
        json.WriteString("object", kind);
        json.WriteNumber("created", 0);
        json.WriteString("model", model);
    }

    private static void Choice(Utf8JsonWriter json, string said, string text, string refusal, string? reason)
    {
        json.WriteStartArray("choices");
        json.WriteStartObject();
        json.WriteNumber("index", 0);
        json.WriteStartObject(said);
        json.WriteString("role", "assistant");
        json.WriteString("content", text);
        if (refusal.Length > 0) json.WriteString("refusal", refusal);
        json.WriteEndObject();
        json.WriteString("finish_reason", reason);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private void Usage(Utf8JsonWriter json)
    {
        if (_usage is not { } usage) return;
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", usage.Input);
        json.WriteNumber("completion_tokens", usage.Output);
        json.WriteNumber("total_tokens", (long)usage.Input + usage.Output);
        json.WriteEndObject();
    }
}
