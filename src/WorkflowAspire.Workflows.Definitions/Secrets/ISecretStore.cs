namespace WorkflowAspire.Workflows.Definitions.Secrets;

/// <summary>Gives the values of the secrets that definitions name, at the moment of a call.</summary>
public interface ISecretStore
{
    /// <summary>The secret that a tenant may use under this name; null where there is none.</summary>
    /// <param name="tenantId">Whose call it is for.</param>
    /// <param name="name">The secret's name.</param>
    /// <param name="ct">Ends the wait.</param>
    ValueTask<Secret?> FindAsync(Guid tenantId, string name, CancellationToken ct);
}
