using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace WorkflowAspire.Workflows.Definitions.Secrets;

/// <summary>Secrets from the configuration: the tenant's own, <c>Secrets:{tenant}:{name}</c>, else <c>Secrets:{name}</c> where <see cref="DefinitionOptions.SharedSecrets"/> shares it.</summary>
internal sealed class ConfigurationSecrets(IConfiguration configuration, IOptions<DefinitionOptions> options) : ISecretStore
{
    public ValueTask<Secret?> FindAsync(Guid tenantId, string name, CancellationToken ct) => ValueTask.FromResult(
        configuration[$"Secrets:{tenantId:D}:{name}"] is { } own ? new Secret(own)
        : options.Value.SharedSecrets.TryGetValue(name, out var shared) && configuration[$"Secrets:{name}"] is { } value ? new Secret(value, [.. shared.Hosts])
        : null);
}
