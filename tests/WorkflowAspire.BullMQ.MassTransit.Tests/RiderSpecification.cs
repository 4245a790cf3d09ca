using System.Text;
using MassTransit;
using MassTransit.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using WorkflowAspire.TestServers;

[assembly: AssemblyFixture(typeof(RedisServer))]
[assembly: AssemblyFixture(typeof(GarnetServer))]

namespace WorkflowAspire.BullMQ.MassTransit.Tests;

/// <summary>A queue of its own for each test, and a bus whose rider consumes it.</summary>
public abstract class RiderSpecification(RedisCompatibleServer redis) : IAsyncDisposable
{
    private ServiceProvider? _services;

    protected RedisCompatibleServer Redis { get; } = redis;

    protected Queue Queue { get; } = new($"q-{Guid.NewGuid():N}", redis.Connection);

    protected Calls Calls { get; } = new();

    protected FakeLogCollector Log { get; } = new();

    protected IServiceProvider Services => _services!;

    protected ITestHarness Harness => Services.GetRequiredService<ITestHarness>();

    protected static byte[] Json(string json) => Encoding.UTF8.GetBytes(json);

    protected static string Text(ReadOnlyMemory<byte>? json) => Encoding.UTF8.GetString(json!.Value.Span);

    /// <summary>Adds a job as a Node producer would.</summary>
    protected Task<Job> Add(JobOptions? options = null, string data = """{"number":1,"customer":"Ada"}""") => Queue.AddAsync("order", Json(data), options);

    protected Task Start<TConsumer>(Action<IBullMQQueueEndpointConfigurator>? endpoint = null, Action<IBusRegistrationConfigurator>? bus = null)
        where TConsumer : class, IConsumer =>
        Start<Order>(rider => rider.AddConsumer<TConsumer>(), (context, e) =>
        {
            endpoint?.Invoke(e);
            e.ConfigureConsumer<TConsumer>(context);
        }, bus);

    protected async Task Start<T>(
        Action<IRiderRegistrationConfigurator> rider, Action<IRiderRegistrationContext, IBullMQQueueEndpointConfigurator> endpoint, Action<IBusRegistrationConfigurator>? bus = null)
        where T : class
    {
        Build(x =>
        {
            bus?.Invoke(x);
            x.AddRider(r =>
            {
                rider(r);
                r.UsingBullMQ((context, bullmq) => bullmq.QueueEndpoint<T>(Queue.Name, e => endpoint(context, e)));
            });
        });
        await Harness.Start();
    }

    /// <summary>Builds a bus that is not started.</summary>
    protected void Build(Action<IBusRegistrationConfigurator> bus)
    {
        var services = new ServiceCollection()
            .AddSingleton(Redis.Connection)
            .AddSingleton(Calls)
            .AddLogging(logging => logging.AddProvider(new FakeLoggerProvider(Log)).SetMinimumLevel(LogLevel.Debug));
        services.AddMassTransitTestHarness(bus);
        _services = services.BuildServiceProvider(validateScopes: true);
    }

    protected async Task<Job> Reaches(Job job, JobState state)
    {
        await Eventually.Get(() => Queue.GetJobStateAsync(job.Id), now => now == state);
        return (await Queue.GetJobAsync(job.Id))!;
    }

    public async ValueTask DisposeAsync()
    {
        if (_services is { } services) await services.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
