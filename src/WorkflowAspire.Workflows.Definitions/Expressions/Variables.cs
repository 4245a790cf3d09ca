using System.Text;
using System.Text.Json;

namespace WorkflowAspire.Workflows.Definitions.Expressions;

/// <summary>What expressions and templates see.</summary>
/// <param name="Input">The run's input.</param>
/// <param name="Run">The run: id, tenantId, workflow, version.</param>
/// <param name="Steps">The outputs of the steps that have ended, by id.</param>
internal sealed record Variables(JsonElement Input, JsonElement Run, Dictionary<string, JsonElement> Steps)
{
    public JsonElement? Item { get; init; }

    public int? Index { get; init; }

    /// <summary>The same, for steps of their own: what they leave isn't seen outside.</summary>
    public Variables Inner() => this with { Steps = new Dictionary<string, JsonElement>(Steps) };

    /// <param name="only">The steps that are asked for; null for all.</param>
    public string ToJson(IReadOnlySet<string>? only)
    {
        var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            Write(json, "input", Input);
            Write(json, "run", Run);
            if (Item is { } item) Write(json, "item", item);
            if (Index is { } index) json.WriteNumber("index", index);
            json.WriteStartObject("steps");
            foreach (var (id, output) in Steps)
                if (only is null || only.Contains(id)) Write(json, id, output);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static void Write(Utf8JsonWriter json, string name, JsonElement value)
    {
        json.WritePropertyName(name);
        value.WriteTo(json);
    }
}
