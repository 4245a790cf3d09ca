using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace WorkflowAspire.Bench.MassTransit;

/// <summary>MassTransit's rider with a consumer that does nothing, in a host as an application has it.</summary>
internal sealed class RiderSubject(IConnectionMultiplexer redis) : IConsumerSubject
{
    public async Task<IAsyncDisposable> StartAsync(string queue, int concurrency)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton(redis);
        builder.Services.AddMassTransit(bus =>
        {
            bus.UsingInMemory();
            bus.DisableUsageTelemetry();
            bus.AddRider(rider =>
            {
                rider.AddConsumer<NoOpConsumer>();
                rider.UsingBullMQ((context, bullmq) => bullmq.QueueEndpoint<NoOp>(queue, endpoint =>
                {
                    endpoint.JsonTypeInfo = NoOpJson.Default.NoOp;
                    endpoint.Concurrency = concurrency;
                    endpoint.ConfigureConsumer<NoOpConsumer>(context);
                }));
            });
        });
        var host = builder.Build();
        await host.StartAsync();
        return new Running(host);
    }

    private sealed class Running(IHost host) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await host.StopAsync();
            host.Dispose();
        }
    }
}
