using Microsoft.Extensions.AI;

namespace WorkflowAspire.Workflows.Llm.Connections;

/// <summary>A model that can be called, with this process's share of its slots.</summary>
internal sealed class LanguageModel(string name, LanguageModelOptions options, ModelEndpoint endpoint, IChatClient client) : IDisposable
{
    private readonly TenantSlots? _slots = options.MaxConcurrency is { } most ? new TenantSlots(most, options.TenantPart) : null;

    public string Name => name;

    public LanguageModelOptions Options => options;

    public ModelEndpoint Endpoint => endpoint;

    public IChatClient Client => client;

    /// <summary>Whether the tenant that calls it pays for it, with a key of its own.</summary>
    public bool IsTenants { get; init; }

    /// <summary>Waits until one more call of a tenant may begin; what is returned ends it.</summary>
    public async Task<IDisposable?> EnterAsync(Guid tenantId, CancellationToken ct) => _slots is null ? null : await _slots.EnterAsync(tenantId, ct).ConfigureAwait(false);

    public void Dispose() => client.Dispose();
}
