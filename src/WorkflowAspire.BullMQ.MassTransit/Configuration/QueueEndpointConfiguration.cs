using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using MassTransit;
using MassTransit.Configuration;
using MassTransit.Transports;
using Microsoft.Extensions.Logging;
using WorkflowAspire.BullMQ.MassTransit.Consuming;

namespace WorkflowAspire.BullMQ.MassTransit.Configuration;

/// <summary>Configures one queue's endpoint and builds it.</summary>
internal sealed partial class QueueEndpointConfiguration<T> : ReceiveEndpointConfiguration, IBullMQQueueEndpointConfigurator
    where T : class
{
    private readonly IBusInstance _bus;
    private readonly BullMQHost _host;
    private readonly IServiceProvider _container;
    private readonly string _queueName;
    private JsonTypeInfo<T>? _typeInfo;

    public QueueEndpointConfiguration(IBusInstance bus, BullMQHost host, IServiceProvider container, string queueName)
        : this(bus, host, container, queueName, bus.HostConfiguration.CreateReceiveEndpointConfiguration($"bullmq/{queueName}"))
    {
    }

    private QueueEndpointConfiguration(IBusInstance bus, BullMQHost host, IServiceProvider container, string queueName, IReceiveEndpointConfiguration endpoint)
        : base(bus.HostConfiguration, endpoint)
    {
        (_bus, _host, _container, _queueName) = (bus, host, container, queueName);
        HostAddress = endpoint.HostAddress;
        InputAddress = QueueAddress.Of(host.Prefix, queueName);
        PrefetchCount = 1;
        // As with MassTransit's own riders: nobody subscribes to the faults of another system's messages unless they say so.
        PublishFaults = false;
        // What leaves the pipe is the worker's to record: a failed attempt, and after the last one the dead letter.
        this.ThrowOnSkippedMessages();
        this.RethrowFaultedMessages();
        ConnectConsumerConfigurationObserver(new AttemptObserver(() => TraceOutcomes));
    }

    public override Uri HostAddress { get; }

    public override Uri InputAddress { get; }

    public JsonSerializerOptions JsonSerializerOptions
    {
        set => _typeInfo = PayloadJson.TypeInfoOf<T>(value);
    }

    public JsonTypeInfo JsonTypeInfo
    {
        set => _typeInfo = PayloadJson.TypeInfoOf<T>(value, _queueName);
    }

    public override ReceiveEndpointContext CreateReceiveEndpointContext() => CreateContext();

    /// <exception cref="ConfigurationException">Something is configured that can't be; the message names it.</exception>
    public QueueEndpoint Build()
    {
        Validate().ThrowIfContainsFailure($"The endpoint of queue '{_queueName}' can't be built:");
        var options = WorkerOptions();
        var context = CreateContext();
        var consumer = new JobConsumer<T>(context, _queueName, _typeInfo ?? PayloadJson.TypeInfoOf<T>(JsonSerializerOptions.Web));
        IQueueReceiver receiver = _host.InMemory is { } queues
            ? queues.Receiver(_queueName, options.DeadLetter, consumer)
            : new QueueWorker(_host, _queueName, options, StopTimeout, consumer, (ILoggerFactory?)_container.GetService(typeof(ILoggerFactory)));
        var endpoint = new ReceiveEndpoint(new QueueTransport(context, receiver), context);
        ReceiveEndpoint = endpoint;
        return new QueueEndpoint(_queueName, endpoint);
    }

    private QueueEndpointContext CreateContext()
    {
        var builder = new ReceiveEndpointBuilder(this);
        ApplySpecifications(builder);
        return new QueueEndpointContext(_bus, this);
    }
}
