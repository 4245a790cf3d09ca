using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;

namespace WorkflowAspire.LocalHosting.Choices;

/// <summary>Gives endpoints their addresses: the port asked for while it is free, else the next free one, and says so.</summary>
internal sealed class EndpointAllocation(IConfiguration configuration, Ports ports, ResourceLoggerService logs)
{
    // Aspire's own switch, on in tests: so that several applications can run side by side.
    private readonly bool _isRandom = configuration.GetValue<bool>("DcpPublisher:RandomizePorts");

    public AllocatedEndpoint Allocate(IResource resource, EndpointAnnotation endpoint, string host)
    {
        var port = endpoint.TargetPort is { } own ? own : endpoint.Port is { } wanted && !_isRandom ? Near(resource, wanted) : ports.Any();
        return endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, host, port);
    }

    /// <summary>A port for one more process of the same resource.</summary>
    public int Another() => ports.Any();

    private int Near(IResource resource, int wanted)
    {
        var port = ports.From(wanted);
        if (port != wanted)
            logs.Write(resource.Name, string.Create(CultureInfo.InvariantCulture, $"port {wanted} is in use; {resource.Name} listens on {port}"), isError: false);
        return port;
    }
}
