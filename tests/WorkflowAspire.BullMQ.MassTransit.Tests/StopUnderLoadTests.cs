using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using WorkflowAspire.BullMQ.Tests.Stopping;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.MassTransit.Tests;

public class StopUnderLoadTests(RedisServer redis) : StopUnderLoadSpecification(redis)
{
    private readonly RedisServer _redis = redis;

    protected override async Task<IConsumerUnderTest> StartAsync(string queueName, int concurrency, Func<string, CancellationToken, Task> process)
    {
        var services = new ServiceCollection().AddSingleton(_redis.Connection).AddSingleton(process).AddLogging();
        services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.UsingInMemory();
            bus.AddRider(rider =>
            {
                rider.AddConsumer<AnythingConsumer>();
                rider.UsingBullMQ((context, bullmq) => bullmq.QueueEndpoint<Anything>(queueName, e =>
                {
                    e.Concurrency = concurrency;
                    e.StopTimeout = Timeout;
                    e.ConfigureConsumer<AnythingConsumer>(context);
                }));
            });
        });
        var consumer = new BusUnderTest(services.BuildServiceProvider(validateScopes: true));
        await consumer.StartAsync();
        return consumer;
    }

    public sealed record Anything;

    private sealed class AnythingConsumer(Func<string, CancellationToken, Task> process) : IConsumer<Anything>
    {
        public Task Consume(ConsumeContext<Anything> context) => process(context.GetBullMQJob().Id, context.CancellationToken);
    }

    private sealed class BusUnderTest(ServiceProvider services) : IConsumerUnderTest
    {
        private bool _isStopped;

        public Task<BusHandle> StartAsync() => services.GetRequiredService<IBusControl>().StartAsync();

        // The endpoint has its own timeout, the same one.
        public async Task StopAsync(TimeSpan timeout)
        {
            if (_isStopped) return;
            _isStopped = true;
            await services.GetRequiredService<IBusControl>().StopAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await StopAsync(Timeout);
            await services.DisposeAsync();
        }
    }
}
