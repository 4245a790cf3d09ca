using System.Net;
using System.Net.Sockets;

namespace WorkflowAspire.Workflows.Http;

/// <summary>Tells the addresses of the public internet from all others (IANA's special-purpose registries).</summary>
internal static class PublicAddress
{
    // One of them has the form of a public one: what Azure's machines ask for their certificates and their state.
    private static readonly IPNetwork[] NotPublic4 =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24",
            "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        }.Select(network => IPNetwork.Parse(network)),
    ];

    // All that is routed in IPv6 begins like this; unique local, link-local, loopback and multicast addresses don't.
    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    // Teredo and other protocols' own, documentation, 6to4 (which carries any IPv4 address), documentation again.
    private static readonly IPNetwork[] NotPublic6 = [.. new[] { "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20" }.Select(network => IPNetwork.Parse(network))];

    // What an IPv6-only network calls the IPv4 internet.
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    public static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (address.AddressFamily == AddressFamily.InterNetwork) return !Array.Exists(NotPublic4, network => network.Contains(address));
        // A scope doesn't change where an address belongs, but would keep it from being compared.
        address = new IPAddress(address.GetAddressBytes());
        if (Nat64.Contains(address)) return IsPublic(new IPAddress(address.GetAddressBytes().AsSpan(12)));
        return GlobalUnicast.Contains(address) && !Array.Exists(NotPublic6, network => network.Contains(address));
    }
}
