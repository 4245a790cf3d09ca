using System.Text.Json;

namespace WorkflowAspire.AdminApi.Runs;

/// <summary>How bodies that carry a tenant's JSON are read.</summary>
internal static class RequestJson
{
    // Deeper than what is accepted, so that the refusal can name the place.
    private const int ReadDepth = 256;

    public static JsonDocumentOptions Deep => new() { MaxDepth = ReadDepth };

    /// <summary>The name under which a fault is answered: its JSON pointer, or the body itself.</summary>
    public static string FieldOf(string pointer) => pointer.Length == 0 ? "body" : pointer;
}
