namespace WorkflowAspire.Workflows.Definitions.Secrets;

/// <summary>A secret of the operator's that the definitions of all tenants may use; configuration section <c>Definitions:SharedSecrets:{name}</c>.</summary>
public sealed class SharedSecret
{
    /// <summary>The hosts that it may be sent to.</summary>
    /// <value>Default empty: none. A host that begins with <c>.</c> stands for all below it.</value>
    public IList<string> Hosts { get; } = [];
}
