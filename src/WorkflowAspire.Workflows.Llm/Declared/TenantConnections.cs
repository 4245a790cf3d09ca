using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Definitions;
using WorkflowAspire.Workflows.Execution;
using WorkflowAspire.Workflows.Http;
using WorkflowAspire.Workflows.Llm.Connections;
using WorkflowAspire.Workflows.Llm.Providers;

namespace WorkflowAspire.Workflows.Llm.Declared;

/// <summary>Models that tenants bring along as connection strings; they reach what definitions may reach, the public internet by default.</summary>
internal sealed class TenantConnections(IOptions<DefinitionOptions> options, TimeProvider time, ILoggerFactory loggers)
{
    private const int MostKept = 1024;
    private const int MostOfTenant = 16;

    // Those that are let go may have calls in flight; their idle connections close by themselves.
    private readonly BoundedCache<(Guid TenantId, bool IsTenants, string Hash), LanguageModel> _models = new(MostKept, key => key.TenantId, MostOfTenant);
    private readonly PublicConnections _connections = new(
        DefinitionOptions.HttpReach.Section, () => options.Value.Http.AllowPrivateAddresses, () => options.Value.Http.AllowedHosts);

    /// <param name="tenantId">Whose it is: nobody else's calls go through its connections.</param>
    /// <param name="connectionString">The connection string.</param>
    /// <param name="hosts">The hosts to which it may lead; null for any.</param>
    /// <exception cref="UnrecoverableError">It is no connection string of a model, or leads elsewhere; the message doesn't quote it.</exception>
    public LanguageModel Get(Guid tenantId, string connectionString, IReadOnlyCollection<string>? hosts)
    {
        var endpoint = Parse(connectionString);
        if (hosts is not null && !HostList.Has(hosts, endpoint.Endpoint.Host))
            throw new UnrecoverableError("A shared secret is used as the connection string of a language model, but may not be sent to its host; Definitions:SharedSecrets lists those it may be sent to.");
        // A secret that is shared leads to certain hosts only, and whoever shares it pays.
        return _models.GetOrAdd((tenantId, hosts is null, Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(connectionString)))), key => Open(endpoint, key.IsTenants));
    }

    private LanguageModel Open(ModelEndpoint endpoint, bool isTenants) => new(
        "of a secret", new LanguageModelOptions(), endpoint, ProviderClient.Create(endpoint, options.Value.Http.MaxResponseBytes, time, loggers, _connections.CreateHandler()))
    {
        IsTenants = isTenants,
    };

    private static ModelEndpoint Parse(string connectionString)
    {
        try
        {
            return ModelEndpoint.Parse(connectionString, defaultProvider: null);
        }
        catch (FormatException error)
        {
            throw new UnrecoverableError($"A secret is used as the connection string of a language model, but {error.Message}");
        }
    }
}
