using System.Net;
using System.Net.Sockets;
using WorkflowAspire.BullMQ;

namespace WorkflowAspire.Workflows.Http;

/// <summary>Makes connections to addresses of the public internet only, unless configuration allows others.</summary>
/// <remarks>
/// The address is checked where the connection is made, after the name's resolution: neither a redirect nor a name that
/// resolves to something else the second time gets around it.
/// </remarks>
/// <param name="section">The configuration section that errors name.</param>
/// <param name="allowPrivateAddresses">Whether addresses that the internet doesn't route may be called.</param>
/// <param name="allowedHosts">The hosts that may be called; empty for any. One that begins with <c>.</c> stands for all below it.</param>
public sealed class PublicConnections(string section, Func<bool> allowPrivateAddresses, Func<ICollection<string>> allowedHosts)
{
    /// <summary>A handler whose every connection is checked; without a proxy, which would connect in its place, and without cookies.</summary>
    public SocketsHttpHandler CreateHandler() => new()
    {
        ConnectCallback = ConnectAsync,
        UseProxy = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.All,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    };

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        if (!IsAllowedHost(host)) throw new UnrecoverableError($"Host '{host}' is not among those in {section}:AllowedHosts; nothing was fetched from it.");
        // The resolver refuses 0.0.0.0 and :: as a caller's mistake; here they are a private address like any other.
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, ct).ConfigureAwait(false);
        if (!allowPrivateAddresses()) addresses = Array.FindAll(addresses, PublicAddress.IsPublic);
        if (addresses.Length == 0)
            throw new UnrecoverableError($"Host '{host}' has no public address, and private ones are not called; set {section}:AllowPrivateAddresses if it is meant to be reached.");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, port, ct).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private bool IsAllowedHost(string host) => allowedHosts() is var hosts && (hosts.Count == 0 || HostList.Has(hosts, host));
}
