using MassTransit;
using MassTransit.DependencyInjection;
using MassTransit.Transports;
using Microsoft.Extensions.DependencyInjection;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.MassTransit.Tests;

/// <summary>Each bus of an application has a rider of its own.</summary>
public sealed class SeveralBusesTests(RedisServer redis) : IAsyncDisposable
{
    private readonly Calls _calls = new();
    private readonly string _first = $"q-{Guid.NewGuid():N}";
    private readonly string _second = $"q-{Guid.NewGuid():N}";
    private ServiceProvider? _services;

    [Fact]
    public async Task Two_buses_have_queues_and_producers_of_their_own()
    {
        _services = new ServiceCollection()
            .AddSingleton(_calls)
            .AddLogging()
            .AddMassTransit(x =>
            {
                x.UsingInMemory();
                x.AddRider(rider =>
                {
                    rider.AddConsumer<OrderConsumer>();
                    rider.AddBullMQProducer<Order>(_first);
                    rider.UsingBullMQ((context, bullmq) =>
                    {
                        bullmq.Host(redis.Connection);
                        bullmq.QueueEndpoint<Order>(_first, e => e.ConfigureConsumer<OrderConsumer>(context));
                    });
                });
            })
            .AddMassTransit<ISecondBus>(x =>
            {
                x.UsingInMemory();
                x.AddRider(rider =>
                {
                    rider.AddConsumer<SecondConsumer>();
                    rider.AddBullMQProducer<ISecondBus, Order>(_second);
                    rider.UsingBullMQ((context, bullmq) =>
                    {
                        bullmq.Host(redis.Connection);
                        bullmq.Prefix = "second";
                        bullmq.QueueEndpoint<Order>(_second, e => e.ConfigureConsumer<SecondConsumer>(context));
                    });
                });
            })
            .BuildServiceProvider(validateScopes: true);
        await _services.GetRequiredService<IBusControl>().StartAsync(TestContext.Current.CancellationToken);
        await _services.GetRequiredService<IBusInstance<ISecondBus>>().BusControl.StartAsync(TestContext.Current.CancellationToken);

        await _services.GetRequiredService<IBullMQProducer<Order>>().AddAsync(new Order(1, "first"), cancellationToken: TestContext.Current.CancellationToken);
        await _services.GetRequiredService<Bind<ISecondBus, IBullMQProducer<Order>>>().Value.AddAsync(new Order(2, "second"), cancellationToken: TestContext.Current.CancellationToken);

        await Eventually.True(() => _calls.Made.Count == 2);
        _calls.Made.Select(context => (context.Message.Customer, context.SourceAddress)).OrderBy(made => made.Customer)
            .ShouldBe([("first", new Uri($"bullmq:bull/{_first}")), ("second", new Uri($"bullmq:second/{_second}"))]);
    }

    public async ValueTask DisposeAsync()
    {
        if (_services is not { } services) return;
        await services.GetRequiredService<IBusInstance<ISecondBus>>().BusControl.StopAsync();
        await services.GetRequiredService<IBusControl>().StopAsync();
        await services.DisposeAsync();
    }

    public interface ISecondBus : IBus;
}
