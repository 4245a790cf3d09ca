using MassTransit;
using StackExchange.Redis;

namespace WorkflowAspire.BullMQ.MassTransit;

/// <summary>The rider's Redis and its queues.</summary>
public interface IBullMQFactoryConfigurator : IRiderFactoryConfigurator
{
    /// <summary>What every key of the queues begins with. In a Redis Cluster put a hash tag in it, for example <c>{bull}</c>.</summary>
    /// <value>Default <c>bull</c>, as in Node's package.</value>
    string Prefix { set; }

    /// <summary>Uses a connection that the application owns. Without a host the rider takes the <see cref="IConnectionMultiplexer"/> of the container.</summary>
    /// <exception cref="ConfigurationException">A host was given before.</exception>
    void Host(IConnectionMultiplexer redis);

    /// <summary>Opens a connection for the rider, which it closes when the bus stops. A Redis that is not there yet is waited for.</summary>
    /// <param name="configuration">StackExchange.Redis' configuration string, for example <c>localhost:6379</c>.</param>
    /// <exception cref="ConfigurationException">A host was given before.</exception>
    void Host(string configuration);

    /// <summary>Consumes the jobs of a queue.</summary>
    /// <typeparam name="T">The jobs' payload: a class, a record or an interface that MassTransit accepts as a message.</typeparam>
    /// <param name="queueName">The queue.</param>
    /// <param name="configure">Adds consumers and middleware, sets concurrency and so on.</param>
    void QueueEndpoint<T>(string queueName, Action<IBullMQQueueEndpointConfigurator> configure)
        where T : class;
}
