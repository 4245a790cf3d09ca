namespace WorkflowAspire.Workflows.Http;

/// <summary>Hosts as configuration lists them.</summary>
internal static class HostList
{
    /// <summary>Whether a host is among them; one that begins with <c>.</c> stands for all below it.</summary>
    public static bool Has(IEnumerable<string> hosts, string host) => hosts.Any(listed =>
        listed.StartsWith('.') ? host.EndsWith(listed, StringComparison.OrdinalIgnoreCase) : host.Equals(listed, StringComparison.OrdinalIgnoreCase));
}
