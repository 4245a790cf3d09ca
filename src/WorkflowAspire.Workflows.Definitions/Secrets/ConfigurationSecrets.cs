using Microsoft.Extensions.Configuration;

namespace WorkflowAspire.Workflows.Definitions.Secrets;

/// <summary>Secrets from the configuration: <c>Secrets:{tenant}:{name}</c>, else <c>Secrets:{name}</c>.</summary>
internal sealed class ConfigurationSecrets(IConfiguration configuration) : ISecretStore
{
    public ValueTask<string?> FindAsync(Guid tenantId, string name, CancellationToken ct) =>
        ValueTask.FromResult(configuration[$"Secrets:{tenantId:D}:{name}"] ?? configuration[$"Secrets:{name}"]);
}
