using System.Buffers;
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

    /// <summary>What is needed of it, as JSON in UTF-8.</summary>
    public ReadOnlyMemory<byte> ToJson(Needs needs)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            foreach (var root in needs.Roots)
            {
                switch (root)
                {
                    case "input":
                        Write(json, root, Input);
                        break;
                    case "run":
                        Write(json, root, Run);
                        break;
                    case "item" when Item is { } item:
                        Write(json, root, item);
                        break;
                    case "index" when Index is { } index:
                        json.WriteNumber(root, index);
                        break;
                    case "steps":
                        json.WriteStartObject(root);
                        foreach (var (id, output) in Steps)
                            if (needs.Steps is null || needs.Steps.Contains(id)) Write(json, id, output);
                        json.WriteEndObject();
                        break;
                }
            }

            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter json, string name, JsonElement value)
    {
        json.WritePropertyName(name);
        value.WriteTo(json);
    }
}
