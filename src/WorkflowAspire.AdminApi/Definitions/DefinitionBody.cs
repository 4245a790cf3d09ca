using System.Text.Json;
using WorkflowAspire.AdminApi.Problems;

namespace WorkflowAspire.AdminApi.Definitions;

/// <summary>Reads a definition from a request.</summary>
internal static class DefinitionBody
{
    private const int MaxBytes = 1024 * 1024;

    // Of two properties with one name another reader may take the other.
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    public static async Task<(JsonElement Definition, IResult? Refusal)> ReadAsync(Stream body, CancellationToken ct)
    {
        var buffer = new byte[MaxBytes + 1];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
        if (length > MaxBytes) return (default, ProblemAnswers.InvalidField("", $"A definition has at most {MaxBytes} bytes; move parts of it into workflows of their own."));
        try
        {
            using var document = JsonDocument.Parse(buffer.AsMemory(0, length), Strict);
            return (document.RootElement.Clone(), null);
        }
        catch (JsonException malformed)
        {
            return (default, ProblemAnswers.InvalidField("", $"The body is not JSON: {malformed.Message}"));
        }
    }
}
