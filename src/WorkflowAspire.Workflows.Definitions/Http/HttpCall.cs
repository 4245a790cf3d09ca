using System.Text.Json;

namespace WorkflowAspire.Workflows.Definitions.Http;

/// <summary>A request with everything filled in, secrets too: it is never stored or logged.</summary>
internal sealed record HttpCall(
    string Step, HttpMethod Method, string Url, IReadOnlyList<KeyValuePair<string, string>> Headers, JsonElement? Body, string IdempotencyKey, HttpExpectation Expected)
{
    // The compiler's own would print the secrets.
    public override string ToString() => $"{Method} of step '{Step}'";
}
