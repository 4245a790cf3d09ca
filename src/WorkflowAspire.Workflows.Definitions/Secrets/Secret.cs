namespace WorkflowAspire.Workflows.Definitions.Secrets;

/// <summary>A secret that a definition may use. Its text never has the value.</summary>
/// <param name="Value">The value.</param>
/// <param name="Hosts">The hosts that it may be sent to, <c>.example.com</c> for all below one; null for any.</param>
public sealed record Secret(string Value, IReadOnlyCollection<string>? Hosts = null)
{
    /// <inheritdoc/>
    public override string ToString() => "***";
}
