using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace WorkflowAspire.Hosting.Choices;

/// <summary>Gives out free ports of the loopback interface for one resource, and says where it isn't the one asked for.</summary>
internal sealed partial class Ports(IDistributedApplicationBuilder builder, string resource)
{
    private const int Highest = 65535;

    // Aspire's own switch, on in tests: so that several applications can run side by side.
    private readonly bool _isRandom = builder.Configuration.GetValue<bool>("DcpPublisher:RandomizePorts");

    /// <summary>The port asked for while it is free, else the next free one; any where none is asked for or ports are random.</summary>
    public int Near(int? wanted) => wanted is { } port && !_isRandom ? From(port) : Any();

    /// <summary>The port asked for, or the next free one.</summary>
    public int From(int wanted)
    {
        for (var port = wanted; port <= Highest; port++)
        {
            if (!IsFree(port)) continue;
            if (port != wanted) Say(wanted, port);
            return port;
        }

        throw new DistributedApplicationException(string.Create(CultureInfo.InvariantCulture, $"No port from {wanted} to {Highest} is free for {resource}; ask for a lower one."));
    }

    /// <summary>Any free port.</summary>
    public static int Any()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void Say(int wanted, int taken) => builder.Eventing.Subscribe<BeforeStartEvent>((start, _) =>
    {
        InUse(start.Services.GetRequiredService<ILoggerFactory>().CreateLogger("WorkflowAspire.Hosting"), wanted, resource, taken);
        return Task.CompletedTask;
    });

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

    [LoggerMessage(1, LogLevel.Information, "Port {Wanted} is in use; {Resource} listens on {Port}.")]
    private static partial void InUse(ILogger logger, int wanted, string resource, int port);
}
