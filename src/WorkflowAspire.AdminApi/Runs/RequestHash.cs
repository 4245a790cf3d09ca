using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace WorkflowAspire.AdminApi.Runs;

/// <summary>Tells whether two submissions ask for the same: a hash that the order of properties and white space don't change.</summary>
internal static class RequestHash
{
    /// <exception cref="InvalidOperationException">A string of the body has half a surrogate pair, which is no text.</exception>
    public static string Of(string workflow, JsonElement body)
    {
        var canonical = new StringBuilder(workflow).Append('\n');
        Append(canonical, body);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical.ToString())));
    }

    private static void Append(StringBuilder canonical, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                canonical.Append('{');
                foreach (var property in value.EnumerateObject().OrderBy(property => property.Name, StringComparer.Ordinal))
                {
                    AppendText(canonical, property.Name);
                    Append(canonical, property.Value);
                }

                canonical.Append('}');
                break;
            case JsonValueKind.Array:
                canonical.Append('[');
                foreach (var item in value.EnumerateArray()) Append(canonical, item);
                canonical.Append(']');
                break;
            case JsonValueKind.String:
                AppendText(canonical, value.GetString()!);
                break;
            default:
                canonical.Append(value.GetRawText()).Append(';');
                break;
        }
    }

    // With its length in front, no text can pass for two.
    private static void AppendText(StringBuilder canonical, string text) => canonical.Append(text.Length).Append(':').Append(text);
}
