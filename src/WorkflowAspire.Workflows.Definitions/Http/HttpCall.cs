using System.Text.Json;

namespace WorkflowAspire.Workflows.Definitions.Http;

/// <summary>A request with everything filled in, secrets too: it is never stored or logged.</summary>
/// <param name="Step">The step that sends it.</param>
/// <param name="Method">Its method.</param>
/// <param name="Url">Its address.</param>
/// <param name="IsAddressSecret">Whether the address holds a secret, so that nothing may tell of it.</param>
/// <param name="Headers">Its headers.</param>
/// <param name="Body">Its body; null for none.</param>
/// <param name="IdempotencyKey">The same for each try of the step.</param>
/// <param name="Expected">Which answers the step takes.</param>
internal sealed record HttpCall(
    string Step, HttpMethod Method, string Url, bool IsAddressSecret, IReadOnlyList<KeyValuePair<string, string>> Headers, JsonElement? Body, string IdempotencyKey, HttpExpectation Expected)
{
    // The compiler's own would print the secrets.
    public override string ToString() => $"{Method} of step '{Step}'";
}
