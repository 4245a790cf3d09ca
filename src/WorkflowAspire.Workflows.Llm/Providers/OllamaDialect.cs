using System.Text.Json;

namespace WorkflowAspire.Workflows.Llm.Providers;

/// <summary>Ollama's /api/chat: one JSON a line, a single one where no stream was asked for.</summary>
internal sealed class OllamaDialect(string model, Func<string, string> hide) : ProviderDialect(model, hide)
{
    public override string StreamType => "application/x-ndjson";

    public override byte[] Whole(string answer) => Part(Parse(answer), isWhole: true);

    public override byte[] Line(string line) => string.IsNullOrWhiteSpace(line) ? [] : [.. Part(Parse(line), isWhole: false), (byte)'\n'];

    public override byte[] End() => IsDone ? [] : throw BrokenOff("the connection broke off");

    private byte[] Part(JsonElement part, bool isWhole)
    {
        var said = Property(part, "message");
        if (isWhole && said is null) throw ModelFailure.Passing("the answer can't be read, it has no message");
        IsDone = isWhole || Property(part, "done") is { ValueKind: JsonValueKind.True };
        // Its thoughts have a field of their own, which isn't the answer.
        var text = Take(said is { } message ? TextIn(message, "content") ?? "" : "", isLast: IsDone);
        return Write(json =>
        {
            json.WriteString("model", ModelIn(part));
            json.WriteString("created_at", "1970-01-01T00:00:00Z");
            json.WriteStartObject("message");
            json.WriteString("role", "assistant");
            json.WriteString("content", text);
            json.WriteEndObject();
            json.WriteBoolean("done", IsDone);
            if (!IsDone) return;
            json.WriteString("done_reason", TextIn(part, "done_reason") == "length" ? "length" : "stop");
            if (CountIn(part, "prompt_eval_count") is not { } input || CountIn(part, "eval_count") is not { } output) return;
            json.WriteNumber("prompt_eval_count", input);
            json.WriteNumber("eval_count", output);
        });
    }
}
