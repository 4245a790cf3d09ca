using MassTransit;
using MassTransit.Transports;
using WorkflowAspire.BullMQ.MassTransit.Configuration;

namespace WorkflowAspire.BullMQ.MassTransit;

/// <summary>The queues of a bus: started, asked for their health and stopped with it.</summary>
internal sealed class BullMQRider : IRiderControl
{
    private readonly BullMQHost _host;
    private readonly ReceiveEndpointCollection _endpoints = new();

    public BullMQRider(BullMQHost host, IEnumerable<QueueEndpoint> endpoints)
    {
        _host = host;
        foreach (var endpoint in endpoints) _endpoints.Add(endpoint.QueueName, endpoint.Endpoint);
    }

    public RiderHandle Start(CancellationToken cancellationToken = default) => new Handle(this, _endpoints.StartEndpoints(cancellationToken));

    public IEnumerable<EndpointHealthResult> CheckEndpointHealth()
    {
        var isConnected = _host.IsConnected;
        return _endpoints.CheckEndpointHealth().Select(result => result.Status == BusHealthStatus.Unhealthy || isConnected
            ? result
            : EndpointHealthResult.Unhealthy(result.ReceiveEndpoint, "Redis can't be reached", result.Exception));
    }

    private async Task StopAsync(CancellationToken cancellationToken)
    {
        await _endpoints.StopEndpoints(cancellationToken).ConfigureAwait(false);
        await _host.CloseAsync().ConfigureAwait(false);
    }

    private sealed class Handle(BullMQRider rider, HostReceiveEndpointHandle[] endpoints) : RiderHandle
    {
        public Task Ready => Task.WhenAll(endpoints.Select(endpoint => endpoint.Ready));

        public Task StopAsync(CancellationToken cancellationToken) => rider.StopAsync(cancellationToken);
    }
}
