using System.Text.Json;
using WorkflowAspire.BullMQ;

namespace WorkflowAspire.Workflows.Definitions.Secrets;

/// <summary>The secrets of one call: known while it lasts, and taken out of whatever it leaves.</summary>
internal sealed class ResolvedSecrets
{
    private const string Redacted = "***";

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Dictionary<string, string> _values;
    private readonly string[] _traces;

    private ResolvedSecrets(Dictionary<string, string> values)
    {
        _values = values;
        // The longest first, so that no secret is left as the rest of another.
        _traces = [.. values.Values.SelectMany(Forms).Where(form => form.Length > 0).Distinct().OrderByDescending(form => form.Length)];
    }

    /// <exception cref="UnrecoverableError">There is no secret of a name.</exception>
    public static async Task<ResolvedSecrets> FindAsync(ISecretStore store, Guid tenantId, IEnumerable<string> names, string place, CancellationToken ct)
    {
        var values = new Dictionary<string, string>();
        foreach (var name in names.Distinct())
        {
            values[name] = await store.FindAsync(tenantId, name, ct).ConfigureAwait(false)
                ?? throw new UnrecoverableError($"{place}: there is no secret '{name}' for tenant {tenantId}; configure Secrets:{tenantId}:{name} or Secrets:{name} in the worker.");
        }

        return new ResolvedSecrets(values);
    }

    public string this[string name] => _values[name];

    /// <summary>The text without any secret.</summary>
    public string Redact(string text) => _traces.Aggregate(text, (clean, secret) => clean.Replace(secret, Redacted, StringComparison.OrdinalIgnoreCase));

    /// <summary>The value without any secret, however its text escapes it.</summary>
    public JsonElement Redact(JsonElement value)
    {
        if (_traces.Length == 0) return value;
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer)) Write(json, value);
        return JsonElement.Parse(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    /// <summary>The error without any secret; its own exception goes, as its message and those inside may hold one.</summary>
    public Exception Redact(Exception error)
    {
        if (_traces.Length == 0 || !Mentions(error)) return error;
        var message = Redact(error.Message);
        return error switch
        {
            UnrecoverableError => new UnrecoverableError(message),
            TransientStepException transient => new TransientStepException(message, transient.RetryAfter),
            HttpRequestException http => new HttpRequestException(http.HttpRequestError, message),
            TimeoutException => new TimeoutException(message),
            _ => new TransientStepException(message),
        };
    }

    private void Write(Utf8JsonWriter json, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var property in value.EnumerateObject())
                {
                    json.WritePropertyName(Redact(property.Name));
                    Write(json, property.Value);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in value.EnumerateArray()) Write(json, item);
                json.WriteEndArray();
                break;
            case JsonValueKind.String:
                json.WriteStringValue(Redact(value.GetString()!));
                break;
            // A number may be a secret too.
            case JsonValueKind.Number when Redact(value.GetRawText()) is var clean && clean != value.GetRawText():
                json.WriteStringValue(clean);
                break;
            default:
                value.WriteTo(json);
                break;
        }
    }

    private bool Mentions(Exception error) => _traces.Any(secret => error.ToString().Contains(secret, StringComparison.OrdinalIgnoreCase));

    // As it is; as a part of an address, escaped by the definition or on its way; in JSON.
    private static IEnumerable<string> Forms(string secret)
    {
        yield return secret;
        yield return Uri.EscapeDataString(secret);
        yield return JsonSerializer.Serialize(secret)[1..^1];
        yield return JsonSerializer.Serialize(secret, Relaxed)[1..^1];
        if (!Uri.TryCreate($"http://host/?{secret}", UriKind.Absolute, out var address)) yield break;
        yield return address.GetComponents(UriComponents.Query, UriFormat.UriEscaped);
        yield return new Uri($"http://host/{secret}").GetComponents(UriComponents.Path, UriFormat.UriEscaped);
    }
}
