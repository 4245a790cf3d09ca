using System.Text.Json;

namespace WorkflowAspire.Workflows.Definitions.Expressions;

/// <summary>What can't be put together as JSON: its values may be kept one by one, and nest too deep in one another.</summary>
internal static class Unwritable
{
    /// <summary>Whether the writer of JSON has refused, which it would do at each attempt.</summary>
    public static bool Is(Exception error) => error is JsonException || (error is InvalidOperationException && error.Source == typeof(JsonElement).Assembly.GetName().Name);
}
