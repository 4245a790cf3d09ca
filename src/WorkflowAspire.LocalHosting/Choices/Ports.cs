using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Aspire.Hosting;

namespace WorkflowAspire.LocalHosting.Choices;

/// <summary>Gives out ports of the loopback interface, each once.</summary>
internal sealed class Ports
{
    private const int Highest = 65535;

    private readonly HashSet<int> _given = [];

    /// <summary>The port that is asked for, or the next free one.</summary>
    public int From(int wanted)
    {
        for (var port = wanted; port <= Highest; port++)
        {
            if (!_given.Contains(port) && IsFree(port) && _given.Add(port)) return port;
        }

        throw new DistributedApplicationException(string.Create(CultureInfo.InvariantCulture, $"No port from {wanted} to {Highest} is free; ask for a lower one."));
    }

    /// <summary>Any free port.</summary>
    public int Any()
    {
        while (true)
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            var port = ((IPEndPoint)listener.LocalEndpoint).Port;
            if (_given.Add(port)) return port;
        }
    }

    // "localhost" means both addresses to most clients, so both have to be free.
    private static bool IsFree(int port) => CanListen(IPAddress.Loopback, port) && (!Socket.OSSupportsIPv6 || CanListen(IPAddress.IPv6Loopback, port));

    private static bool CanListen(IPAddress address, int port)
    {
        try
        {
            using var listener = new TcpListener(address, port);
            listener.Start();
            return true;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode == SocketError.AddressNotAvailable;
        }
    }
}
