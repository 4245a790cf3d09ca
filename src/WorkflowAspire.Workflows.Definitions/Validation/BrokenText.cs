using System.Text.Json;
using WorkflowAspire.Evaluator.Schemas;

namespace WorkflowAspire.Workflows.Definitions.Validation;

/// <summary>Text that is JSON and yet no text: half a surrogate pair, written as an escape.</summary>
internal static class BrokenText
{
    /// <summary>Notes where a value holds such text.</summary>
    public static void Check(JsonElement value, string pointer, Faults errors)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject())
                {
                    if (Read(() => property.Name) is { } name) Check(property.Value, JsonPlace.Below(pointer, name), errors);
                    else errors.Add(pointer, "A property's name holds half a surrogate pair; write the whole character.");
                }

                break;
            case JsonValueKind.Array:
                foreach (var (index, item) in value.EnumerateArray().Index()) Check(item, JsonPlace.Below(pointer, index), errors);
                break;
            case JsonValueKind.String when Read(value.GetString) is null:
                errors.Add(pointer, "This text holds half a surrogate pair; write the whole character.");
                break;
        }
    }

    private static string? Read(Func<string?> text)
    {
        try
        {
            return text();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
