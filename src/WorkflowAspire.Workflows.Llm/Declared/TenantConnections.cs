using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Definitions;
using WorkflowAspire.Workflows.Http;
using WorkflowAspire.Workflows.Llm.Connections;
using WorkflowAspire.Workflows.Llm.Providers;

namespace WorkflowAspire.Workflows.Llm.Declared;

/// <summary>Models that tenants bring along as connection strings; they reach what definitions may reach, the public internet by default.</summary>
internal sealed class TenantConnections(IOptions<DefinitionOptions> options, TimeProvider time, ILoggerFactory loggers)
{
    private const int MostKept = 256;

    private readonly ConcurrentDictionary<string, LanguageModel> _models = [];
    private readonly PublicConnections _connections = new(
        DefinitionOptions.HttpReach.Section, () => options.Value.Http.AllowPrivateAddresses, () => options.Value.Http.AllowedHosts);

    /// <exception cref="UnrecoverableError">It is no connection string of a model; the message doesn't quote it.</exception>
    public LanguageModel Get(string connectionString)
    {
        // Those that are let go may have calls in flight; their idle connections close by themselves.
        if (_models.Count >= MostKept) _models.Clear();
        return _models.GetOrAdd(Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(connectionString))), _ => Open(connectionString));
    }

    private LanguageModel Open(string connectionString)
    {
        try
        {
            var endpoint = ModelEndpoint.Parse(connectionString, defaultProvider: null);
            return new LanguageModel("of a secret", new LanguageModelOptions(), endpoint, ProviderClient.Create(endpoint, time, loggers, _connections.CreateHandler()));
        }
        catch (FormatException error)
        {
            throw new UnrecoverableError($"A secret is used as the connection string of a language model, but {error.Message}");
        }
    }
}
