using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.MassTransit.Tests;

/// <summary>MassTransit's health check tells of the queues; an application does not wait for Redis.</summary>
public sealed class HealthTests : IAsyncLifetime
{
    private readonly RedisServer _redis = new();
    private readonly Calls _calls = new();
    private readonly string _queueName = $"q-{Guid.NewGuid():N}";
    private IHost? _application;

    [Fact]
    public async Task An_application_starts_without_Redis_and_consumes_when_it_comes()
    {
        await StartApplication();
        (await Health()).Status.ShouldBe(HealthStatus.Unhealthy);

        await _redis.InitializeAsync();

        await Eventually.True(async () => (await Health()).Status == HealthStatus.Healthy);
        await new Queue(_queueName, _redis.Connection).AddAsync("order", """{"number":1}"""u8.ToArray(), ct: TestContext.Current.CancellationToken);
        await Eventually.True(() => _calls.Made.Count == 1);
    }

    [Fact]
    public async Task A_queue_whose_Redis_is_away_is_unhealthy_until_it_is_back()
    {
        await _redis.InitializeAsync();
        await StartApplication();
        await Eventually.True(async () => (await Health()).Status == HealthStatus.Healthy);

        await _redis.KillAsync();
        await Eventually.True(async () => (await Health()).Status != HealthStatus.Healthy);
        var report = await Health();
        report.Entries.Single().Value.Description.ShouldNotBeNull().ShouldContain(_queueName);
        _redis.Start();

        await Eventually.True(async () => (await Health()).Status == HealthStatus.Healthy);
    }

    [Fact]
    public async Task An_application_that_never_saw_Redis_stops_all_the_same()
    {
        await StartApplication();

        await _application!.StopAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    [Fact]
    public void A_rider_without_Redis_says_so_when_the_bus_is_built()
    {
        using var services = new ServiceCollection().AddMassTransit(x =>
        {
            x.UsingInMemory();
            x.AddRider(rider => rider.UsingBullMQ((_, _) => { }));
        }).BuildServiceProvider();

        Should.Throw<ConfigurationException>(services.GetRequiredService<IBus>).Message
            .ShouldBe("The BullMQ rider has no Redis: register an IConnectionMultiplexer in the container, or name one with bullmq.Host(…).");
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_application is { } application)
        {
            await application.StopAsync();
            application.Dispose();
        }

        await _redis.DisposeAsync();
    }

    private async Task StartApplication()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(_calls).AddMassTransit(x =>
        {
            x.UsingInMemory();
            x.AddRider(rider =>
            {
                rider.AddConsumer<OrderConsumer>();
                rider.UsingBullMQ((context, bullmq) =>
                {
                    bullmq.Host($"{_redis.ConnectionString},connectTimeout=1000,connectRetry=1");
                    bullmq.QueueEndpoint<Order>(_queueName, e => e.ConfigureConsumer<OrderConsumer>(context));
                });
            });
        });
        _application = builder.Build();
        await _application.StartAsync(TestContext.Current.CancellationToken);
    }

    private Task<HealthReport> Health() => _application!.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken);
}
