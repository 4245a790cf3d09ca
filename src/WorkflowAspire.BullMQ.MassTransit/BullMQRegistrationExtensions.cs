using MassTransit.DependencyInjection;
using MassTransit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using WorkflowAspire.BullMQ.MassTransit;
using WorkflowAspire.BullMQ.MassTransit.Configuration;
using WorkflowAspire.BullMQ.MassTransit.Producing;

namespace MassTransit;

/// <summary>Adds BullMQ queues to a bus, as a rider.</summary>
public static class BullMQRegistrationExtensions
{
    /// <summary>Lets the rider's consumers take jobs from BullMQ queues.</summary>
    /// <param name="configurator">The rider.</param>
    /// <param name="configure">Names the queues; see <see cref="IBullMQFactoryConfigurator.QueueEndpoint{T}"/>.</param>
    public static void UsingBullMQ(this IRiderRegistrationConfigurator configurator, Action<IRiderRegistrationContext, IBullMQFactoryConfigurator> configure)
    {
        ArgumentNullException.ThrowIfNull(configurator);
        ArgumentNullException.ThrowIfNull(configure);
        configurator.SetRiderFactory(new BullMQRiderFactory(configure, HostOf<IBus>(configurator)));
    }

    /// <inheritdoc cref="UsingBullMQ(IRiderRegistrationConfigurator, Action{IRiderRegistrationContext, IBullMQFactoryConfigurator})"/>
    /// <typeparam name="TBus">The bus, where the application has several.</typeparam>
    public static void UsingBullMQ<TBus>(this IRiderRegistrationConfigurator<TBus> configurator, Action<IRiderRegistrationContext, IBullMQFactoryConfigurator> configure)
        where TBus : class, IBus
    {
        ArgumentNullException.ThrowIfNull(configurator);
        ArgumentNullException.ThrowIfNull(configure);
        configurator.SetRiderFactory(new BullMQRiderFactory(configure, HostOf<TBus>(configurator)));
    }

    /// <summary>Registers <see cref="IBullMQProducer{T}"/>, a singleton that adds jobs to a queue. It works whether or not the bus is started.</summary>
    /// <typeparam name="T">The payload of the jobs. One type has one queue.</typeparam>
    /// <param name="configurator">The rider.</param>
    /// <param name="queueName">The queue.</param>
    /// <param name="configure">Names the jobs, sets their default options and how they are written; null for the defaults.</param>
    public static void AddBullMQProducer<T>(this IRiderRegistrationConfigurator configurator, string queueName, Action<IBullMQProducerConfigurator>? configure = null)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(configurator);
        var settings = ProducerSettings<T>.Of(queueName, configure);
        var host = HostOf<IBus>(configurator);
        configurator.AddSingleton<IBullMQProducer<T>>(provider =>
            new BullMQProducer<T>(settings, host, () => provider.GetRequiredService<Bind<IBus, IBusInstance>>()));
    }

    /// <summary>Registers <see cref="IBullMQProducer{T}"/> for one of several buses, as <c>Bind&lt;TBus, IBullMQProducer&lt;T&gt;&gt;</c>.</summary>
    /// <typeparam name="TBus">The bus.</typeparam>
    /// <typeparam name="T">The payload of the jobs. One type has one queue.</typeparam>
    /// <param name="configurator">The rider.</param>
    /// <param name="queueName">The queue.</param>
    /// <param name="configure">Names the jobs, sets their default options and how they are written; null for the defaults.</param>
    public static void AddBullMQProducer<TBus, T>(this IRiderRegistrationConfigurator<TBus> configurator, string queueName, Action<IBullMQProducerConfigurator>? configure = null)
        where TBus : class, IBus
        where T : class
    {
        ArgumentNullException.ThrowIfNull(configurator);
        var settings = ProducerSettings<T>.Of(queueName, configure);
        var host = HostOf<TBus>(configurator);
        configurator.AddSingleton(provider => Bind<TBus>.Create<IBullMQProducer<T>>(
            new BullMQProducer<T>(settings, host, () => provider.GetRequiredService<IBusInstance<TBus>>())));
    }

    // The rider and its producers share one host, whichever of them is added first.
    private static BullMQHost HostOf<TBus>(IRiderRegistrationConfigurator configurator)
        where TBus : class, IBus
    {
        if (configurator.FirstOrDefault(service => service.ServiceType == typeof(Bind<TBus, BullMQHost>))?.ImplementationInstance is Bind<TBus, BullMQHost> known) return known.Value;
        var host = new BullMQHost();
        configurator.TryAddSingleton(Bind<TBus>.Create(host));
        return host;
    }
}
