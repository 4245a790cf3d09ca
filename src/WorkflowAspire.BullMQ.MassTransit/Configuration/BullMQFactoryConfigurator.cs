using MassTransit;
using MassTransit.Configuration;
using MassTransit.Observables;
using MassTransit.Transports;
using StackExchange.Redis;

namespace WorkflowAspire.BullMQ.MassTransit.Configuration;

/// <summary>What the application configures the rider with, and its way into the bus.</summary>
internal sealed class BullMQFactoryConfigurator(BullMQHost host, IServiceProvider container) : IBullMQFactoryConfigurator, IBusInstanceSpecification
{
    private readonly ReceiveEndpointObservable _endpointObservers = new();
    private readonly List<(string QueueName, Func<IBusInstance, QueueEndpoint> Build)> _endpoints = [];

    public string Prefix
    {
        set => host.Prefix = value;
    }

    public void Host(IConnectionMultiplexer redis)
    {
        ArgumentNullException.ThrowIfNull(redis);
        host.Use(redis);
    }

    public void Host(string configuration)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(configuration);
        host.Use(configuration);
    }

    public void QueueEndpoint<T>(string queueName, Action<IBullMQQueueEndpointConfigurator> configure)
        where T : class
    {
        ArgumentException.ThrowIfNullOrEmpty(queueName);
        ArgumentNullException.ThrowIfNull(configure);
        _endpoints.Add((queueName, bus => Build<T>(bus, queueName, configure)));
    }

    public ConnectHandle ConnectReceiveEndpointObserver(IReceiveEndpointObserver observer) => _endpointObservers.Connect(observer);

    public IEnumerable<ValidationResult> Validate()
    {
        foreach (var twice in _endpoints.GroupBy(endpoint => endpoint.QueueName).Where(endpoints => endpoints.Skip(1).Any()))
            yield return this.Failure("QueueEndpoint", $"The queue '{twice.Key}' has more than one endpoint. Give its consumers one endpoint together.");
    }

    public void Configure(IBusInstance busInstance)
    {
        var endpoints = _endpoints.Select(endpoint => endpoint.Build(busInstance)).ToList();
        busInstance.Connect<BullMQRider>(new BullMQRider(host, endpoints));
    }

    private QueueEndpoint Build<T>(IBusInstance bus, string queueName, Action<IBullMQQueueEndpointConfigurator> configure)
        where T : class
    {
        var configuration = new QueueEndpointConfiguration<T>(bus, host, container, queueName);
        configuration.ConnectReceiveEndpointObserver(_endpointObservers);
        configure(configuration);
        return configuration.Build();
    }
}
