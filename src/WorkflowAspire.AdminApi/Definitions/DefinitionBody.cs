using System.Text.Json;
using WorkflowAspire.AdminApi.Problems;

namespace WorkflowAspire.AdminApi.Definitions;

/// <summary>Reads a definition from a request.</summary>
internal static class DefinitionBody
{
    // Of two properties with one name another reader may take the other.
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    public static async Task<(JsonElement Definition, IResult? Refusal)> ReadAsync(Stream body, int maxBytes, CancellationToken ct)
    {
        var buffer = new byte[maxBytes + 1];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
        if (length > maxBytes) return (default, ProblemAnswers.InvalidField("", $"A definition has at most {maxBytes} bytes (Definitions:MaxDefinitionBytes); move parts of it into workflows of their own."));
        try
        {
            using var document = JsonDocument.Parse(buffer.AsMemory(0, length), Strict);
            return (document.RootElement.Clone(), null);
        }
        catch (JsonException malformed)
        {
            return (default, ProblemAnswers.InvalidField("", $"The body is not JSON: {malformed.Message}"));
        }
        catch (InvalidOperationException)
        {
            return (default, ProblemAnswers.InvalidField("", "A property's name holds half a surrogate pair, which is no text; write the whole character."));
        }
    }
}
