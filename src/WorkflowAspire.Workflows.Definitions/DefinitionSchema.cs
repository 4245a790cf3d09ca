using System.Text.Json;
using WorkflowAspire.Workflows.Definitions.Evaluation;

namespace WorkflowAspire.Workflows.Definitions;

/// <summary>The JSON Schema (draft 2020-12) of definitions, for editors and for validation.</summary>
public static class DefinitionSchema
{
    /// <summary>The schema as text.</summary>
    public static string Text { get; } = Read();

    internal static JsonElement Root { get; } = JsonElement.Parse(Text);

    internal static Schema Schema { get; } = new(Root);

    private static string Read()
    {
        using var stream = typeof(DefinitionSchema).Assembly.GetManifestResourceStream("workflow-definition.json")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
