using System.Data.Common;

namespace WorkflowAspire.Workflows.Llm.Connections;

internal enum ModelProvider
{
    OpenAI,
    Ollama,
}

/// <summary>Where a model is, out of a connection string. Its text never has the key.</summary>
internal sealed class ModelEndpoint
{
    private readonly KeyRedaction _redaction;

    private ModelEndpoint(ModelProvider provider, Uri endpoint, string? key, string model) =>
        (Provider, Endpoint, Key, Model, _redaction) = (provider, endpoint, key, model, new KeyRedaction(key));

    public ModelProvider Provider { get; }

    public Uri Endpoint { get; }

    public string? Key { get; }

    public string Model { get; }

    /// <summary>What somebody else said, without the key.</summary>
    public string Redact(string words) => _redaction.Redact(words);

    public string Host => $"{Endpoint.Host}:{Endpoint.Port}";

    /// <exception cref="FormatException">What is wrong; the message doesn't quote the connection string, which has a key.</exception>
    public static ModelEndpoint Parse(string? connectionString, string? defaultProvider)
    {
        if (string.IsNullOrWhiteSpace(connectionString)) throw new FormatException("it has no connection string; set ConnectionString, or the connection string of its name.");
        var parts = Split(connectionString);
        var provider = (Part("Provider") ?? defaultProvider)?.ToLowerInvariant() switch
        {
            "openai" => ModelProvider.OpenAI,
            "ollama" => ModelProvider.Ollama,
            null => throw new FormatException("its connection string names no provider; add Provider=openai or Provider=ollama."),
            var other => throw new FormatException($"its provider is '{other}'; use openai or ollama."),
        };
        var address = Part("Endpoint") ?? (provider == ModelProvider.OpenAI ? "https://api.openai.com/v1" : "http://localhost:11434");
        if (!Uri.TryCreate(address, UriKind.Absolute, out var endpoint) || endpoint.Scheme is not ("http" or "https"))
            throw new FormatException("its Endpoint is no absolute http or https address.");
        if (endpoint.UserInfo.Length > 0 || endpoint.Query.Length > 0)
            throw new FormatException("its Endpoint has credentials or a query; put the key into Key=.");
        if (Part("Key") is { } key && !key.All(character => character is > ' ' and <= '~'))
            throw new FormatException("its Key holds white space or a character that no header can carry (only ASCII).");
        return new ModelEndpoint(provider, endpoint, Part("Key"), Part("Model") ?? throw new FormatException("its connection string names no model; add Model=."));

        string? Part(string name) => parts.TryGetValue(name, out var value) && value.ToString() is { Length: > 0 } text ? text : null;
    }

    public override string ToString() => $"{Provider.ToString().ToLowerInvariant()}, {Host}, {Model}";

    private static DbConnectionStringBuilder Split(string connectionString)
    {
        try
        {
            return new DbConnectionStringBuilder { ConnectionString = connectionString };
        }
        catch (ArgumentException)
        {
            throw new FormatException("its connection string isn't of the form Name=value;Name=value.");
        }
    }
}
