using System.Text.Json;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Http;
using WorkflowAspire.Workflows.Secrecy;

namespace WorkflowAspire.Workflows.Definitions.Secrets;

/// <summary>The secrets of one call: known while it lasts, and taken out of whatever it leaves.</summary>
internal sealed class ResolvedSecrets
{
    private const string Redacted = "***";

    // Shorter ones are found in any list of numbers.
    private const int ShortestNumber = 4;

    private readonly Dictionary<string, Secret> _secrets;
    private readonly SecretMask _mask;
    private readonly SecretMask _maskOfNumbers;

    private ResolvedSecrets(Dictionary<string, Secret> secrets)
    {
        _secrets = secrets;
        _mask = new SecretMask(secrets.Values.Select(secret => secret.Value), Redacted);
        _maskOfNumbers = new SecretMask(secrets.Values.Select(secret => secret.Value).Where(value => value.Length >= ShortestNumber), Redacted);
    }

    /// <exception cref="UnrecoverableError">There is no secret of a name, or none that could be sent unchanged.</exception>
    public static async Task<ResolvedSecrets> FindAsync(ISecretStore store, Guid tenantId, IEnumerable<string> names, string place, CancellationToken ct)
    {
        var secrets = new Dictionary<string, Secret>();
        foreach (var name in names.Distinct())
        {
            var secret = await store.FindAsync(tenantId, name, ct).ConfigureAwait(false)
                ?? throw new UnrecoverableError($"{place}: there is no secret '{name}' for tenant {tenantId}; configure Secrets:{tenantId}:{name} in the worker, or share Secrets:{name} in Definitions:SharedSecrets.");
            // Whoever receives it would drop that, and then it is another secret.
            if (secret.Value.Length == 0 || char.IsWhiteSpace(secret.Value[0]) || char.IsWhiteSpace(secret.Value[^1]))
                throw new UnrecoverableError($"{place}: the secret '{name}' {(secret.Value.Length == 0 ? "is empty" : "begins or ends with white space, perhaps a line break")}; save it without.");
            secrets[name] = secret;
        }

        return new ResolvedSecrets(secrets);
    }

    /// <summary>The hosts that a secret may be sent to; null for any.</summary>
    public IReadOnlyCollection<string>? HostsOf(string name) => _secrets[name].Hosts;

    /// <exception cref="UnrecoverableError">One of the secrets may not be sent to this host, which the message doesn't name: it may hold a secret.</exception>
    public void ThrowUnlessFor(string host, string place)
    {
        if (_secrets.FirstOrDefault(secret => secret.Value.Hosts is { } hosts && !HostList.Has(hosts, host)) is { Key: { } name })
            throw new UnrecoverableError($"{place}: the secret '{name}' may not be sent to this host; Definitions:SharedSecrets:{name}:Hosts lists those it may be sent to.");
    }

    public string this[string name] => _secrets[name].Value;

    /// <summary>The text without any secret.</summary>
    public string Redact(string text) => _mask.Hide(text);

    /// <summary>The value without any secret, however its text escapes it.</summary>
    public JsonElement Redact(JsonElement value)
    {
        if (_mask.HidesNothing) return value;
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer)) Write(json, value);
        return JsonElement.Parse(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    /// <summary>The error without any secret; its own exception goes, as its message and those inside may hold one.</summary>
    public Exception Redact(Exception error)
    {
        if (_mask.HidesNothing || !Mentions(error)) return error;
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
            case JsonValueKind.Number when _maskOfNumbers.Occurs(value.GetRawText()):
                json.WriteStringValue(_maskOfNumbers.Hide(value.GetRawText()));
                break;
            default:
                value.WriteTo(json);
                break;
        }
    }

    private bool Mentions(Exception error) => _mask.Occurs(error.ToString());
}
